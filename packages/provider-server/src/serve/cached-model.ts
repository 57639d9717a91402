/**
 * @file A causal model that goes on from cached keys and values.
 *
 * A sequence's numbers do not depend, in any bit, on what else is in its batch: weights are prepacked, and ONNX Runtime's
 * product with a packed matrix adds up each row by itself, in the same order for any number of rows and threads (without
 * packing, one row takes another kernel than two); attention products are one per sequence and head, and never cut among
 * threads as long as there are no more of these than heads.
 */

import { availableParallelism } from 'node:os';
import { Graph } from '@softpost/shared/engine/graph';
import { loadProgram, lowerProgram, type Feeds } from '@softpost/shared/engine/program';
import type { Architecture } from '@softpost/shared/model/architecture';
import { MASKED } from '@softpost/shared/model/heads';
import { frozenWeights, scoredLogits, type LanguageModel } from '@softpost/shared/model/language-model';
import { causalMask } from '@softpost/shared/model/per-example-layout';
import { rotaryFeeds } from '@softpost/shared/model/position-inputs';
import { cachedLayout } from './cached-layout.ts';
import type { KeyValues } from './key-values.ts';
import { mixedFeeds } from './mixed-rows.ts';

/** The next L tokens of B sequences. */
export interface Step {
  /** [B, L] */
  readonly inputIds: Int32Array;
  /** [L, D], in place of the words of the one sequence. */
  readonly virtualTokens?: Float32Array;
  readonly length: number;
  /** [B] how many places of its cache a sequence has filled: its new tokens stand behind these. */
  readonly filled: readonly number[];
  /** [B] which of its L tokens is scored; those behind it are padding. */
  readonly scored: readonly number[];
  readonly cache: KeyValues;
}

export interface CachedModel {
  readonly architecture: Architecture;
  /** Logits [B, V] of the scored tokens, and keys and values of all L. */
  extend(step: Step): Promise<{ readonly logits: Float32Array; readonly made: KeyValues }>;
  /** Logits [B, V] of the scored tokens. */
  score(step: Step): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @throws BACKEND_UNAVAILABLE, ENGINE */
export async function loadCachedModel(model: LanguageModel, threads = Infinity): Promise<CachedModel> {
  const { architecture, lookup } = model;
  const graph = new Graph();
  const layout = cachedLayout(graph, architecture);
  const logits = scoredLogits(architecture, frozenWeights(graph), layout);
  const made = layout.made.flatMap(({ keys, values }, layer) => [
    [`keys.${layer}`, keys] as const,
    [`values.${layer}`, values] as const,
  ]);
  const program = await loadProgram(lowerProgram({ logits, ...Object.fromEntries(made) }, lookup), {
    threads: rowwiseThreads(architecture, threads),
    prepack: true,
  });
  const run = (step: Step, only?: readonly string[]): ReturnType<typeof program.run> =>
    program.run(
      { B: step.filled.length, L: step.length, T: step.cache.places },
      stepFeeds(architecture, step),
      {},
      only,
    );
  return {
    architecture,
    extend: async (step) => {
      const outputs = await run(step);
      const layers = (name: string): readonly Float32Array[] =>
        layout.made.map((_, layer) => outputs[`${name}.${layer}`] as Float32Array);
      return {
        logits: outputs['logits'] as Float32Array,
        made: { keys: layers('keys'), values: layers('values'), places: step.length },
      };
    },
    score: async (step) => (await run(step, ['logits']))['logits'] as Float32Array,
    dispose: () => program.dispose(),
  };
}

/** At most so many that no product of a single head is cut among threads. */
export function rowwiseThreads({ attention }: Architecture, threads: number): number {
  return Math.min(threads, availableParallelism(), attention.keyValueHeads);
}

function stepFeeds(model: Architecture, step: Step): Feeds {
  const { length, filled, scored, cache } = step;
  const { places } = cache;
  const batch = filled.length;
  const positions = Int32Array.from({ length: batch * length }, (_, row) => {
    const position = filled[Math.floor(row / length)]! + (row % length);
    // Padding may lie beyond the last position; nothing reads it.
    return model.firstPosition + Math.min(position, model.maxPositions - 1);
  });
  const window = model.slidingWindow ?? places + length;
  const queries = model.slidingWindow === undefined ? 1 : length;
  const cachedMask = new Float32Array(batch * queries * places).fill(MASKED);
  const scoredCachedMask = new Float32Array(batch * places).fill(MASKED);
  const scoredOwnMask = new Float32Array(batch * length);
  const ownMask = causalMask(length, window);
  for (const [sequence, end] of filled.entries()) {
    const begin = (query: number): number => Math.min(end, Math.max(0, end + query + 1 - window));
    for (let query = 0; query < queries; query++) {
      const row = (sequence * queries + query) * places;
      cachedMask.fill(0, row + begin(query), row + end);
    }
    const asked = scored[sequence]!;
    scoredCachedMask.fill(0, sequence * places + begin(asked), sequence * places + end);
    scoredOwnMask.set(ownMask.subarray(asked * length, (asked + 1) * length), sequence * length);
  }
  return {
    ...mixedFeeds(step.inputIds, model.hiddenSize, step.virtualTokens && [{ row: 0, tokens: step.virtualTokens }]),
    positions,
    scoredRows: Int32Array.from(scored, (token, sequence) => sequence * length + token),
    cachedMask,
    ownMask,
    scoredCachedMask,
    scoredOwnMask,
    ...rotaryFeeds(model, positions),
    ...Object.fromEntries(cache.keys.map((keys, layer) => [`keys.${layer}`, keys])),
    ...Object.fromEntries(cache.values.map((values, layer) => [`values.${layer}`, values])),
  };
}
