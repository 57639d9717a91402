/**
 * @file The sum of a lot in noise mode `exact`: integers from the clipped gradient to the noisy sum, so that nothing is rounded between
 * the bound on one record and the noise that hides it (Canonne, Kamath, Steinke, arXiv 2004.00010, section 2).
 */
import { SoftpostError } from '@softpost/shared/errors';
import { normBound } from '@softpost/shared/optim/clip-and-accumulate';
import { integerScale } from '../privacy/integer-scale.ts';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import { clipFactor } from './clip.ts';
import { discreteGaussian } from './discrete-gaussian.ts';
import type { LotSum } from './lot-sum.ts';

/**
 * One grid step is clipNorm / clipSteps. A coordinate is at most 2^21 steps and a lot fewer than 2^31 records, so sums stay exact below
 * 2^52; noise that takes one to 2^53 is beyond 2^21 standard deviations.
 * @param length P * D
 */
export function integerLotSum(plan: SamplingPlan, length: number): LotSum {
  const { scaleBits, clipSteps } = integerScale(plan.noiseMultiplier);
  const sum = new Float64Array(length);
  const steps = new Float64Array(length);
  return {
    add: (gradient) => {
      const norm = normBound(gradient);
      if (!Number.isFinite(norm) || !quantise(gradient, clipFactor(plan, norm, clipSteps), steps, clipSteps))
        return NaN;
      for (let i = 0; i < length; i++) sum[i]! += steps[i]!;
      return norm;
    },
    release: (random) => {
      for (let i = 0; i < length; i++) {
        const noisy = sum[i]! + discreteGaussian(scaleBits, random);
        if (!Number.isSafeInteger(noisy))
          throw new SoftpostError('ENGINE', 'a noisy gradient sum left the exact integers');
        sum[i] = noisy * (plan.clipNorm / clipSteps);
      }
      return sum;
    },
  };
}

/**
 * Overwrites `steps` with the scaled gradient in whole grid steps, truncated TOWARDS ZERO: the norm can only fall, where rounding to
 * the nearest could raise it by sqrt(P D) / 2 steps.
 * @returns whether the sum of their squares, exact below 2^53, is at most clipSteps^2. It always is; but the guarantee then rests
 *   on this comparison of integers, and not on an analysis of roundings.
 */
function quantise(gradient: Float32Array, factor: number, steps: Float64Array, clipSteps: number): boolean {
  let square = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = Math.trunc(gradient[i]! * factor);
    steps[i] = step;
    square += step * step;
  }
  return square <= clipSteps * clipSteps;
}
