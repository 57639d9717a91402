/** @file Inputs that say where in its sequence a row stands: position numbers and rotary angles. */

import { SoftpostError } from '../errors.ts';
import type { Dim } from '../engine/dim.ts';
import type { Graph, Tensor } from '../engine/graph.ts';
import { gather } from '../engine/ops.ts';
import type { DType } from '../engine/op-kind.ts';
import type { Feeds } from '../engine/program.ts';
import type { Architecture } from './architecture.ts';
import type { RowLayout } from './row-layout.ts';

export function positionInputs(
  graph: Graph,
  model: Architecture,
  rows: Dim,
  scored: Tensor,
  dtype: DType,
): Pick<RowLayout, 'positions' | 'rotary'> {
  const width = model.attention.headSize / 2;
  return {
    positions: graph.input('positions', [rows], 'i32'),
    rotary: (which) => {
      const cos = graph.input('cos', [rows, width], dtype);
      const sin = graph.input('sin', [rows, width], dtype);
      return which === 'all' ? { cos, sin } : { cos: gather(cos, scored), sin: gather(sin, scored) };
    },
  };
}

/** Cosines and sines for rows at these positions; nothing for a model without rotary embedding. */
export function rotaryFeeds({ rotary }: Architecture, positions: Int32Array): Feeds {
  if (!rotary) return {};
  const { inverseFrequencies, scale } = rotary;
  const width = inverseFrequencies.length;
  const cos = new Float32Array(positions.length * width);
  const sin = new Float32Array(positions.length * width);
  positions.forEach((position, row) =>
    inverseFrequencies.forEach((frequency, pair) => {
      cos[row * width + pair] = Math.cos(position * frequency) * scale;
      sin[row * width + pair] = Math.sin(position * frequency) * scale;
    }),
  );
  return { cos, sin };
}

/** @throws BAD_OPTION when a sequence has more positions than the model knows. */
export function checkPositions({ maxPositions }: Architecture, length: number): void {
  if (length > maxPositions)
    throw new SoftpostError(
      'BAD_OPTION',
      `${length} positions (virtual tokens and text) exceed the ${maxPositions} of the model; lower maxLength or the number of virtual tokens`,
    );
}
