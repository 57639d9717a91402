/** @file Every operation and its gradient against PyTorch in float64 (test/fixtures/ops.json, made by scripts/make-fixtures.py). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gradients } from './gradient.ts';
import { Graph, type Tensor } from './graph.ts';
import { loweringRules } from './onnx-rules.ts';
import type { OpAttributes, OpKind } from './op-kind.ts';
import { add, mul, reduceSum, reshape, silu } from './ops.ts';
import { loadProgram, lowerProgram } from './program.ts';
import type { TensorData } from './runtime.ts';

interface Values {
  readonly dtype: 'f64' | 'i32';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly name: string;
  readonly op: OpKind | 'silu';
  readonly attributes: object;
  readonly inputs: readonly Values[];
  /** Of layerNorm and rmsNorm the first one only. */
  readonly outputs: readonly Values[];
  readonly cotangents: readonly Values[];
  /** Of sum(output x cotangent); null for ids. */
  readonly gradients: readonly (Values | null)[];
}

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/ops.json');
const { cases } = JSON.parse(readFileSync(fixtures, 'utf8')) as { readonly cases: readonly Case[] };

/** ONNX Runtime has erf in float32 only, and the constants of its tanh approximation. */
const NARROW = /^(erf|gelu)/;

function toArray({ dtype, data }: Values, float: 'f32' | 'f64'): TensorData {
  if (dtype === 'i32') return Int32Array.from(data);
  return float === 'f32' ? Float32Array.from(data) : Float64Array.from(data);
}

/** Outputs and gradients of a case, by the names `y0`, `y1`, ... and `d0`, `d1`, ... */
async function run(
  { op, attributes, inputs, outputs, cotangents, gradients: wanted }: Case,
  float: 'f32' | 'f64',
): Promise<Readonly<Record<string, TensorData>>> {
  const graph = new Graph();
  const feeds: Record<string, TensorData> = {};
  const input = (name: string, values: Values): Tensor => {
    feeds[name] = toArray(values, float);
    return graph.input(name, values.shape, values.dtype === 'i32' ? 'i32' : float);
  };
  const xs = inputs.map((values, index) => input(`x${index}`, values));
  const ys = op === 'silu' ? [silu(xs[0]!)] : graph.apply(op, xs, attributes as OpAttributes[OpKind]);
  const loss = cotangents
    .map((values, index) => reshape(reduceSum(mul(ys[index]!, input(`cotangent${index}`, values))), []))
    .reduce(add);
  const leaves = xs.filter((_, index) => wanted[index]);
  const dxs = gradients(loss, leaves);
  const program = await loadProgram(
    lowerProgram({
      ...Object.fromEntries(outputs.map((_, index) => [`y${index}`, ys[index]!])),
      ...Object.fromEntries(leaves.map((x, index) => [`d${xs.indexOf(x)}`, dxs[index]!])),
    }),
    { threads: 1 },
  );
  const result = await program.run({}, feeds);
  await program.dispose();
  return result;
}

function relativeError(actual: TensorData, { data }: Values): number {
  expect(actual.length).toBe(data.length);
  const error = Math.hypot(...data.map((value, i) => Number(actual[i]) - value));
  return error === 0 ? 0 : error / Math.hypot(...data);
}

for (const float of ['f32', 'f64'] as const) {
  test.each(cases)(`$name in ${float} equals PyTorch, gradients too`, async (fixture) => {
    const tolerance = float === 'f32' ? 1e-5 : NARROW.test(fixture.name) ? 1e-6 : 1e-9;
    const result = await run(fixture, float);
    for (const [index, output] of fixture.outputs.entries())
      expect(relativeError(result[`y${index}`]!, output), `output ${index}`).toBeLessThan(tolerance);
    for (const [index, gradient] of fixture.gradients.entries())
      if (gradient) expect(relativeError(result[`d${index}`]!, gradient), `gradient ${index}`).toBeLessThan(tolerance);
  });
}

test('every operation that computes has a case', () => {
  const kinds = Object.keys(loweringRules).filter((kind) => !['input', 'weight', 'constant', 'size'].includes(kind));
  expect(kinds.filter((kind) => !cases.some(({ op }) => op === kind))).toEqual([]);
});
