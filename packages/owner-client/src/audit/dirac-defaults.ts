/** @file The plan on which an audit of the optimiser sees most. */

import type { PlanOptions } from '../privacy/sampling-plan.ts';

/**
 * One step on all records at sigma 2. Half the noise, the faintest of the faults that matter, was flagged there in 24 of 24 trials; the audit loses
 * power with every step and with smaller rates, so that the plan of a whole tuning run would hide it.
 */
export const DIRAC_DEFAULTS = {
  canaries: 50_000,
  guesses: 1000,
  plan: { publicSize: 4096, lotSize: 4096, steps: 1, delta: 1e-5, clipNorm: 1, noiseMultiplier: 2 },
} as const satisfies { readonly canaries: number; readonly guesses: number; readonly plan: PlanOptions };
