/** @file The optimiser of a tuning run, by name. */
import { SoftpostError } from '@softpost/shared/errors';
import { adamBC } from '@softpost/shared/optim/adam-bc';
import { adamW, type AdamWState } from '@softpost/shared/optim/adamw';
import type { Optimiser, OptimiserOptions } from '@softpost/shared/optim/optimiser';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { TuneOptions } from './tune-options.ts';

/** @throws BAD_OPTION for adam-bc without a plan, as there is no noise to correct for, and with bands, whose noise has another variance in each step */
export function optimiserFor(
  name: TuneOptions['optimiser'],
  plan: SamplingPlan | undefined,
): (options: OptimiserOptions) => Optimiser<AdamWState> {
  if (name === 'adam') return adamW;
  if (!plan) throw new SoftpostError('BAD_OPTION', '--optimiser adam-bc and --no-dp exclude each other');
  if (plan.bands > 1) throw new SoftpostError('BAD_OPTION', '--optimiser adam-bc and --bands exclude each other');
  const deviation = (plan.noiseMultiplier * plan.clipNorm) / plan.expectedLotSize;
  return (options) => adamBC({ ...options, noiseVariance: deviation ** 2 });
}
