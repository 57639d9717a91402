/**
 * @file The private gradient of one step: DP-SGD (Abadi et al., 2016, arXiv 1607.00133, algorithm 1),
 *   g = (sum over the lot of clip_C(g_i) + N(0, sigma² C²)) / B
 * with the lot a Poisson sample, noise once per lot (an empty one too), and B fixed beforehand.
 */

import type { GradientSource } from '@softpost/shared/prompt-tuning/descend';
import { eachGradient } from '@softpost/shared/prompt-tuning/plain-gradient';
import type { GradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { PrivateExamples } from '../private-data/private-examples.ts';
import type { RandomSource } from './csprng.ts';
import { lotSum } from './lot-sum.ts';
import { withoutInterference } from './non-interference.ts';
import { drawLot } from './poisson-sample.ts';

/**
 * The size of a microbatch changes memory and speed, and nothing else.
 * @param see is told the norm of every gradient before clipping, NaN for one that is not finite; private
 */
export function privateGradients(
  plan: SamplingPlan,
  examples: PrivateExamples,
  program: GradientProgram,
  random: RandomSource,
  microbatch: number,
  see?: (norm: number) => void,
): GradientSource {
  const checked = withoutInterference(program);
  return async (prompt) => {
    const lot = examples.pick(drawLot(plan, examples.size, random));
    const sum = lotSum(plan, prompt.length);
    const record = await eachGradient(lot, checked, prompt, microbatch, (gradient) => {
      const norm = sum.add(gradient);
      see?.(norm);
      return !Number.isNaN(norm);
    });
    const noisy = sum.release(random);
    return { gradient: Float32Array.from(noisy, (value) => value / plan.expectedLotSize), record };
  };
}
