/** @file From a tuning run to its receipt. Everything comes from the plan and the source of randomness: the data are not among the arguments. */

import type { Digest } from '@softpost/shared/artifact/digest';
import type { PrivacyReport } from '@softpost/shared/privacy/accountant';
import { ACCOUNTANT, type ReceiptBody } from '@softpost/shared/receipt/receipt';
import { statedEpsilon } from '@softpost/shared/receipt/stated-epsilon';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { RandomSource } from '../tune/csprng.ts';
import { noiseMode } from '../tune/noise.ts';

export interface TunedPrompt {
  readonly studentDigest: Digest;
  readonly promptDigest: Digest;
  readonly date: Date;
}

/** A run that followed a plan, and what it spent. */
export interface PrivateRun {
  readonly plan: SamplingPlan;
  readonly report: PrivacyReport;
  readonly random: RandomSource;
}

/** The receipt of a prompt; `run` is undefined for one tuned without privacy. */
export function receiptFor(
  { studentDigest, promptDigest, date }: TunedPrompt,
  run: PrivateRun | undefined,
): ReceiptBody {
  const common = {
    type: 'softpost-receipt',
    version: 1,
    studentDigest,
    promptDigest,
    optimiser: 'adam',
    date: date.toISOString().slice(0, 'YYYY-MM-DD'.length),
  } as const;
  if (run === undefined) return { ...common, mechanism: 'none', epsilon: null };
  const { plan, report, random } = run;
  return {
    ...common,
    mechanism: 'sampled-gaussian',
    adjacency: plan.adjacency,
    unit: plan.unit,
    samplingRate: `${plan.expectedLotSize}/${plan.publicSize}`,
    noiseMultiplier: plan.noiseMultiplier,
    clipNorm: plan.clipNorm,
    denominator: plan.expectedLotSize,
    steps: plan.steps,
    delta: plan.delta,
    epsilon: statedEpsilon(report),
    accountant: ACCOUNTANT,
    sampler: 'poisson',
    clipping: 'flat',
    noise: noiseMode(random),
    rng: random.secure ? 'operating-system' : 'seeded',
    secure: random.secure,
    selection: plan.trials === undefined ? { procedure: 'none' } : { procedure: 'best-of', trials: plan.trials },
  };
}
