/** @file Gradients of a minibatch or a lot, without noise. */

import { clipAndAccumulate } from '../optim/clip-and-accumulate.ts';
import { plainKernels } from '../optim/plain-kernels.ts';
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
  const units = lot.map((example) => [example]);
  return { sum, record: await eachGradient(units, program, prompt, microbatch, add) };
}

/**
 * Gives every unit's gradient [P * D], by itself, to `add`, which answers whether it was finite: that of its example, or the mean over its examples.
 * These follow on one another, also over the end of a microbatch, so that no more than one mean is held at a time.
 * @param prompt [P * D]
 * @returns counts and losses by unit; the loss of one is the mean over its examples
 */
export async function eachGradient(
  lot: readonly (readonly EncodedExample[])[],
  program: GradientProgram,
  prompt: Float32Array,
  microbatch: number,
  add: (gradient: Float32Array) => boolean,
): Promise<LotRecord> {
  let lossSum = 0;
  let nonFinite = 0;
  const mean = runningMean(prompt.length);
  const rows = rowsOf(lot, microbatch);
  for (let start = 0; start < rows.length; start += microbatch) {
    const batch = rows.slice(start, start + microbatch);
    const { gradients, losses } = await program.run(
      prompt,
      batch.map(({ example }) => example),
    );
    for (const [row, { unitSize }] of batch.entries()) {
      const gradient = mean.take(gradients.subarray(row * prompt.length, (row + 1) * prompt.length), unitSize);
      if (gradient && !add(gradient)) nonFinite++;
      lossSum += losses[row]! / unitSize;
    }
  }
  return { lotSize: lot.length, lossSum, nonFinite };
}

/** All examples, unit by unit, those with short texts first. */
function rowsOf(
  lot: readonly (readonly EncodedExample[])[],
  microbatch: number,
): readonly { readonly example: EncodedExample; readonly unitSize: number }[] {
  const longest = lot.map((unit) => Math.max(...unit.map(({ input }) => input.inputIds.length)));
  const order = lengthBuckets(longest, microbatch).flat();
  return order.flatMap((unit) => lot[unit]!.map((example) => ({ example, unitSize: lot[unit]!.length })));
}

/** Takes gradients one by one, and gives the mean back with the last of a unit; NaN and infinity stay in it. */
function runningMean(length: number): {
  readonly take: (gradient: Float32Array, unitSize: number) => Float32Array | undefined;
} {
  const sum = new Float64Array(length);
  let taken = 0;
  return {
    take: (gradient, unitSize) => {
      if (unitSize === 1) return gradient;
      plainKernels.accumulate(gradient, 1 / unitSize, sum);
      if (++taken < unitSize) return undefined;
      const mean = Float32Array.from(sum);
      sum.fill(0);
      taken = 0;
      return mean;
    },
  };
}
