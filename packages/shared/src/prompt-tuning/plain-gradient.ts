/** @file Gradients of a minibatch or a lot, without noise. */

import { clipAndAccumulate } from '../optim/clip-and-accumulate.ts';
import { epochBatch } from '../seeded-random.ts';
import { lengthBuckets } from '../text/batches.ts';
import type { GradientSource, LotRecord } from './descend.ts';
import type { EncodedExample, GradientProgram } from './task-gradient.ts';

/** Plain minibatch gradients, for public data and for runs that are explicitly not private: each record once per epoch. */
export function plainGradients(
  examples: readonly EncodedExample[],
  program: GradientProgram,
  batchSize: number,
  microbatch: number,
  seed: number,
): GradientSource {
  return async (prompt, step) => {
    const batch = Array.from(epochBatch(examples.length, batchSize, step, seed), (index) => examples[index]!);
    const { sum, record } = await clippedSum(batch, program, prompt, Number.MAX_VALUE, microbatch);
    return { gradient: Float32Array.from(sum, (value) => value / batch.length), record };
  };
}

/**
 * The sum over a lot of clip_C(g_i), in float64; microbatches hold examples of similar length and change nothing.
 * @param prompt [P * D]
 */
export async function clippedSum(
  lot: readonly EncodedExample[],
  program: GradientProgram,
  prompt: Float32Array,
  clipNorm: number,
  microbatch: number,
): Promise<{ readonly sum: Float64Array; readonly record: LotRecord }> {
  const sum = new Float64Array(prompt.length);
  const add = (gradient: Float32Array): boolean => clipAndAccumulate(gradient, clipNorm, sum);
  return { sum, record: await eachGradient(lot, program, prompt, microbatch, add) };
}

/**
 * Gives every example's gradient [P * D] to `add`, by itself, which answers whether it was finite.
 * @param prompt [P * D]
 */
export async function eachGradient(
  lot: readonly EncodedExample[],
  program: GradientProgram,
  prompt: Float32Array,
  microbatch: number,
  add: (gradient: Float32Array) => boolean,
): Promise<LotRecord> {
  let lossSum = 0;
  let nonFinite = 0;
  for (const bucket of lengthBuckets(
    lot.map(({ input }) => input.inputIds.length),
    microbatch,
  )) {
    const { gradients, losses } = await program.run(
      prompt,
      bucket.map((index) => lot[index]!),
    );
    for (let row = 0; row < bucket.length; row++) {
      if (!add(gradients.subarray(row * prompt.length, (row + 1) * prompt.length))) nonFinite++;
      lossSum += losses[row]!;
    }
  }
  return { lotSize: lot.length, lossSum, nonFinite };
}
