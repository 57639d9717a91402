/** @file What is audited: the private gradients of tuning themselves, not a copy of them. */

import type { Report } from '@softpost/shared/events';
import type { GradientSource } from '@softpost/shared/prompt-tuning/descend';
import type { GradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import type { PrivateExamples } from '../private-data/private-examples.ts';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import { type RandomSource, secureRandom } from '../tune/csprng.ts';
import { privateGradients } from '../tune/private-gradient.ts';

/** Begins one run of a mechanism that claims the privacy of `plan`. */
export type Mechanism = (
  plan: SamplingPlan,
  examples: PrivateExamples,
  program: GradientProgram,
  microbatch: number,
) => GradientSource;

export interface AuditContext {
  readonly emit: Report;
  readonly signal: AbortSignal;
  /** @default the sampler, clipper and noise that `tune` runs */
  readonly mechanism?: Mechanism;
  /** The auditor's own coins. @default the operating system's */
  readonly coins?: RandomSource;
}

/** Each run with a random source of its own, as every call of `tune` has. */
export const shippedMechanism: Mechanism = (plan, examples, program, microbatch) =>
  privateGradients(plan, examples, program, secureRandom(), microbatch);

/** [count] 1 with probability 1/2. */
export function tossCoins(count: number, coins: RandomSource): Uint8Array {
  return Uint8Array.from({ length: count }, () => Number(coins.bits53() >= 2 ** 52));
}
