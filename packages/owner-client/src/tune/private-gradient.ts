/**
 * @file One step's gradient, private or not. With privacy it is DP-SGD (Abadi et al., 2016, algorithm 1):
 *   g = (sum over the lot of clip_C(g_i) + N(0, sigma² C²)) / B
 * with the lot a Poisson sample, noise once per lot (an empty one too), and B fixed beforehand.
 */

import { clipAndAccumulate } from '@softpost/shared/optim/clip-and-accumulate';
import { epochBatch } from '@softpost/shared/seeded-random';
import { lengthBuckets } from '@softpost/shared/text/batches';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { PrivateExamples } from '../private-data/private-examples.ts';
import type { RandomSource } from './csprng.ts';
import { addNoise } from './noise.ts';
import type { GradientProgram } from './per-example-gradient.ts';
import { drawLot } from './poisson-sample.ts';

/** What happened to the records in one step. All of it is private. */
export interface LotRecord {
  readonly lotSize: number;
  readonly lossSum: number;
  /** Examples whose gradient was not finite, and which so added nothing. */
  readonly nonFinite: number;
}

export interface StepGradient {
  /** [P * D] */
  readonly gradient: Float32Array;
  readonly record: LotRecord;
}

/** Gives the gradient of one step (counted from 0) at a prompt [P * D]. */
export type GradientSource = (prompt: Float32Array, step: number) => Promise<StepGradient>;

/** DP-SGD gradients. The size of a microbatch changes memory and speed, and nothing else. */
export function privateGradients(
  plan: SamplingPlan,
  examples: PrivateExamples,
  program: GradientProgram,
  random: RandomSource,
  microbatch: number,
): GradientSource {
  return async (prompt) => {
    const lot = drawLot(plan, examples.size, random);
    const { sum, record } = await clippedSum(lot, examples, program, prompt, plan.clipNorm, microbatch);
    addNoise(plan, sum, random);
    return { gradient: divided(sum, plan.expectedLotSize), record };
  };
}

/** Plain minibatch gradients, for runs that are explicitly not private: each record once per epoch. */
export function plainGradients(
  examples: PrivateExamples,
  program: GradientProgram,
  batchSize: number,
  microbatch: number,
  seed: number,
): GradientSource {
  return async (prompt, step) => {
    const batch = epochBatch(examples.size, batchSize, step, seed);
    const { sum, record } = await clippedSum(batch, examples, program, prompt, Number.MAX_VALUE, microbatch);
    return { gradient: divided(sum, batch.length), record };
  };
}

/** The sum of clipped gradients in float64, over microbatches of examples of similar length. */
async function clippedSum(
  lot: Int32Array,
  examples: PrivateExamples,
  program: GradientProgram,
  prompt: Float32Array,
  clipNorm: number,
  microbatch: number,
): Promise<{ readonly sum: Float64Array; readonly record: LotRecord }> {
  const chosen = examples.pick(lot);
  const sum = new Float64Array(prompt.length);
  let lossSum = 0;
  let nonFinite = 0;
  for (const bucket of lengthBuckets(
    chosen.map(({ input }) => input.inputIds.length),
    microbatch,
  )) {
    const { gradients, losses } = await program.run(
      prompt,
      bucket.map((index) => chosen[index]!),
    );
    for (let row = 0; row < bucket.length; row++) {
      const gradient = gradients.subarray(row * prompt.length, (row + 1) * prompt.length);
      if (!clipAndAccumulate(gradient, clipNorm, sum)) nonFinite++;
      lossSum += losses[row]!;
    }
  }
  return { sum, record: { lotSize: lot.length, lossSum, nonFinite } };
}

function divided(sum: Float64Array, denominator: number): Float32Array {
  return Float32Array.from(sum, (value) => value / denominator);
}
