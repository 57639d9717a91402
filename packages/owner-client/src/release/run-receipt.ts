/** @file From a tuning run to its receipt. Everything comes from the plan and the source of randomness: the data are not among the arguments. */

import type { Digest } from '@softpost/shared/artifact/digest';
import type { PrivacyReport } from '@softpost/shared/privacy/accountant';
import { NOISE_ACCOUNTANTS } from '@softpost/shared/privacy/noise-mode';
import { ACCOUNTANT, type ReceiptBody } from '@softpost/shared/receipt/receipt';
import { roundUp, statedEpsilon } from '@softpost/shared/receipt/stated-epsilon';
import { dayOf } from '@softpost/shared/signature/day';
import type { LedgerPosition } from '../ledger/ledger-run.ts';
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { RandomSource } from '../tune/csprng.ts';
import { noiseStamp } from '../tune/noise.ts';
import type { TuneOptions } from '../tune/tune-options.ts';

export interface TunedPrompt {
  readonly studentDigest: Digest;
  readonly promptDigest: Digest;
  readonly optimiser: TuneOptions['optimiser'];
  readonly date: Date;
}

/** A run that followed a plan, and what it spent. */
export interface PrivateRun {
  readonly plan: SamplingPlan;
  readonly report: PrivacyReport;
  readonly random: RandomSource;
}

/** A run that is paid for. */
export interface ChargedRun extends PrivateRun {
  readonly position: LedgerPosition;
}

/** The receipt of a prompt; `run` is undefined for one tuned without privacy. */
export function receiptFor(
  { studentDigest, promptDigest, optimiser, date }: TunedPrompt,
  run: ChargedRun | undefined,
): ReceiptBody {
  const common = {
    type: 'softpost-receipt',
    version: 1,
    studentDigest,
    promptDigest,
    optimiser,
    date: dayOf(date),
  } as const;
  if (run === undefined) return { ...common, mechanism: 'none', epsilon: null };
  const { plan, report, random } = run;
  const { lineage, cumulativeEpsilon, ...position } = run.position;
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
    accountant: { ...ACCOUNTANT, bounds: NOISE_ACCOUNTANTS[plan.noiseMode].bounds },
    sampler: 'poisson',
    clipping: plan.clipping,
    noise: noiseStamp(plan, random),
    rng: random.secure ? 'operating-system' : 'seeded',
    secure: random.secure,
    selection: plan.trials === undefined ? { procedure: 'none' } : { procedure: 'best-of', trials: plan.trials },
    ledger: { ...position, cumulativeEpsilon: roundUp(cumulativeEpsilon) },
    dataset: `hmac-sha256:${lineage}`,
  };
}
