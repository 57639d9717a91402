/** @file The sum of one lot: takes gradients one by one, clips each, and gives only the noisy sum back. */
import { normBound } from '@softpost/shared/optim/clip-and-accumulate';
import { plainKernels } from '@softpost/shared/optim/plain-kernels';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import { clipFactor } from './clip.ts';
import type { RandomSource } from './csprng.ts';
import { integerLotSum } from './integer-lot-sum.ts';
import { addNoise } from './noise.ts';

export interface LotSum {
  /**
   * Adds one unit's clipped gradient [P * D]. One that is not finite adds zero, as any other value would be a choice.
   * @returns its norm before clipping, NaN where it was not finite; private
   */
  readonly add: (gradient: Float32Array) => number;
  /** The sum with its noise [P * D], drawn in this call. To be called once. */
  readonly release: (random: RandomSource) => Float64Array;
}

/** Puts the noise into a sum, in place; `add` does so with noise of standard deviation sigma C, independent of any other. */
type Noising = (sum: Float64Array, add: (row: Float64Array) => void) => void;

/**
 * @param length P * D
 * @param noising correlates the noise with that of other lots (BandMF); noise mode exact has none. @default independent noise
 */
export function lotSum(plan: SamplingPlan, length: number, noising: Noising = (sum, add) => add(sum)): LotSum {
  return plan.noiseMode === 'exact' ? integerLotSum(plan, length) : floatLotSum(plan, length, noising);
}

function floatLotSum(plan: SamplingPlan, length: number, noising: Noising): LotSum {
  const sum = new Float64Array(length);
  return {
    add: (gradient) => {
      const norm = normBound(gradient);
      if (!Number.isFinite(norm)) return NaN;
      plainKernels.accumulate(gradient, clipFactor(plan, norm, plan.clipNorm), sum);
      return norm;
    },
    release: (random) => {
      noising(sum, (row) => addNoise(plan, row, random));
      return sum;
    },
  };
}
