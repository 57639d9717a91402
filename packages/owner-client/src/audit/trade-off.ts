/** @file What differential privacy allows an attacker: the highest true-positive rate at each false-positive rate. */

import { NOISE_ACCOUNTANTS } from '@softpost/shared/privacy/noise-mode';
import { planEvents, type SamplingPlan } from '../privacy/sampling-plan.ts';

/** Pairs that a mechanism keeps all at once. */
export type PrivacyCurve = readonly { readonly epsilon: number; readonly delta: number }[];

const DELTAS = [1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.2, 0.4];

/** The plan's own (epsilon, delta) and pairs at higher deltas, by the same accountant: together far tighter than the claim alone. */
export function privacyCurve(plan: SamplingPlan): PrivacyCurve {
  const { account } = NOISE_ACCOUNTANTS[plan.noiseMode];
  return [plan.delta, ...DELTAS.filter((delta) => delta > plan.delta)].map((delta) => ({
    delta,
    epsilon: account(planEvents(plan), { delta, adjacency: plan.adjacency }).epsilon,
  }));
}

/** The least of e^epsilon fpr + delta and 1 - e^-epsilon (1 - delta - fpr) over the curve (Kairouz, Oh, Viswanath, arXiv 1311.0776, theorem 2.1). */
export function highestTruePositiveRate(curve: PrivacyCurve, falsePositiveRate: number): number {
  return curve.reduce(
    (least, { epsilon, delta }) =>
      Math.min(
        least,
        Math.exp(epsilon) * falsePositiveRate + delta,
        1 - Math.exp(-epsilon) * (1 - delta - falsePositiveRate),
      ),
    1,
  );
}
