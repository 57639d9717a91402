/**
 * @file The private gradient of one step: DP-SGD (Abadi et al., 2016, arXiv 1607.00133, algorithm 1),
 *   g = (sum over the lot of clip_C(g_i) + N(0, sigma² C²)) / B
 * with the lot a Poisson sample of units, g_i the gradient of a record or the mean over some of a user's, which is clipped as one vector
 * (McMahan et al., arXiv 1710.06963), noise once per lot (an empty one too), and B fixed beforehand. With bands (BandMF, arXiv 2306.08153) the lot
 * is a sample of the group whose turn it is, and the noise is correlated with that of the steps before.
 */

import { SoftpostError } from '@softpost/shared/errors';
import type { GradientSource } from '@softpost/shared/prompt-tuning/descend';
import { eachGradient } from '@softpost/shared/prompt-tuning/plain-gradient';
import type { GradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { PrivateExamples } from '../private-data/private-examples.ts';
import { bandMemory, type BandMemory } from './band-memory.ts';
import { chooseExamples } from './choose-examples.ts';
import type { RandomSource } from './csprng.ts';
import { lotSum } from './lot-sum.ts';
import { withoutInterference } from './non-interference.ts';
import { drawLot } from './poisson-sample.ts';

interface GradientOptions {
  /** Is told the norm of every unit's gradient before clipping, NaN for one that is not finite; private. */
  readonly see?: (norm: number) => void;
  /** What the steps have in common, where the caller keeps it beyond this process. @default one of its own */
  readonly memory?: BandMemory | undefined;
}

/**
 * Steps are to be asked for once each, in order. The size of a microbatch changes memory and speed, and nothing else.
 * @throws SoftpostError ENGINE when the examples are not held by the plan's unit: the claim would be about another one
 */
export function privateGradients(
  plan: SamplingPlan,
  examples: PrivateExamples,
  program: GradientProgram,
  random: RandomSource,
  microbatch: number,
  { see, memory }: GradientOptions = {},
): GradientSource {
  if (examples.unit !== plan.unit)
    throw new SoftpostError('ENGINE', `the plan is by ${plan.unit}, and the records are held by ${examples.unit}`);
  const checked = withoutInterference(program);
  let kept = memory;
  return async (prompt, step) => {
    kept ??= bandMemory(plan, examples.size, prompt.length, random);
    const turn = kept.turn(step);
    const units = examples.units(drawLot(plan, turn.length, random).map((index) => turn[index]!));
    const lot = units.map((unit) => chooseExamples(plan, unit, random));
    const { release } = kept;
    const sum = lotSum(plan, prompt.length, (clipped, addNoise) => release(clipped, step, addNoise));
    const record = await eachGradient(lot, checked, prompt, microbatch, (gradient) => {
      const norm = sum.add(gradient);
      see?.(norm);
      return !Number.isNaN(norm);
    });
    const noisy = sum.release(random);
    return { gradient: Float32Array.from(noisy, (value) => value / plan.expectedLotSize), record };
  };
}
