/** @file The Gaussian noise of DP-SGD. */
import { SoftpostError } from '@softpost/shared/errors';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { RandomSource } from './csprng.ts';

/**
 * How the noise was made, for the receipt.
 * `rounded`: float64 normal deviates from the operating system's random bits, the noisy sum rounded to a coarse grid.
 * `insecure-test`: the same arithmetic from a seed; never to be released.
 */
export type NoiseMode = 'rounded' | 'insecure-test';

/** The grid is this many bits finer than the clip norm: far below the noise, far above the low bits that give floating-point noise away. */
const GRID_BITS = 20;

export function noiseMode(random: RandomSource): NoiseMode {
  return random.secure ? 'rounded' : 'insecure-test';
}

/**
 * Adds noise of standard deviation sigma C to the clipped SUM of a whole lot, in place. To be called exactly once per step, whatever the number of
 * microbatches, and also for an empty lot. Every coordinate of the result is a multiple of 2^ceil(log2 C) 2^-20, because the low bits of a
 * floating-point sum can reveal what was added to it (Mironov, CCS 2012). Rounding comes after the noise, so it costs no privacy.
 * @throws SoftpostError ENGINE if the sum holds NaN or infinity, which clipping must have removed
 */
export function addNoise(plan: SamplingPlan, sum: Float64Array, random: RandomSource): void {
  const deviation = plan.noiseMultiplier * plan.clipNorm;
  const grid = 2 ** (Math.ceil(Math.log2(plan.clipNorm)) - GRID_BITS);
  for (let i = 0; i < sum.length; i += 2) {
    const [first, second] = normalPair(random);
    sum[i] = onGrid((sum[i] ?? NaN) + deviation * first, grid);
    if (i + 1 < sum.length) sum[i + 1] = onGrid((sum[i + 1] ?? NaN) + deviation * second, grid);
  }
}

function onGrid(value: number, grid: number): number {
  if (!Number.isFinite(value)) throw new SoftpostError('ENGINE', 'a clipped gradient sum is not finite');
  return Math.round(value / grid) * grid;
}

/** Two independent standard normal deviates by the polar method (Marsaglia & Bray, SIAM Review 6 (1964)). */
function normalPair(random: RandomSource): readonly [number, number] {
  for (;;) {
    const x = random.bits53() * 2 ** -52 - 1;
    const y = random.bits53() * 2 ** -52 - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) {
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      return [x * scale, y * scale];
    }
  }
}
