/** @file The one frozen object that sampler, clipper, noise and accountant all read, so that none of them can disagree with the claim. */
import { SoftpostError } from '@softpost/shared/errors';
import { accountFor, type PrivacyReport } from '@softpost/shared/privacy/accountant';
import { calibrateNoise } from './calibrate.ts';
import {
  type Adjacency,
  bestOf,
  type PrivacyEvent,
  sampledGaussian,
  selfComposed,
} from '@softpost/shared/privacy/event';
import {
  requireClipNorm,
  requireCount,
  requireDelta,
  requireNoiseMultiplier,
  requireSteps,
} from '@softpost/shared/privacy/parameters';
import { requireTrialLaw, type TrialLaw } from '@softpost/shared/privacy/selection';

/** Only `createSamplingPlan` can set this, so a plan cannot be put together by hand with numbers that do not belong together. */
const CHECKED: unique symbol = Symbol('checked sampling plan');

/** DP-SGD with Poisson sampling (Abadi et al., arXiv 1607.00133, algorithm 1), fixed before the data are read. */
export interface SamplingPlan {
  /** Probability q with which each record joins a step, by its own coin. */
  readonly samplingRate: number;
  /** B: what the noisy sum is divided by, whatever the size of the lot drawn; q is B / publicSize. */
  readonly expectedLotSize: number;
  readonly publicSize: number;
  readonly steps: number;
  readonly delta: number;
  /** C: bound on the L2 norm of one record's contribution, over all trained parameters jointly. */
  readonly clipNorm: number;
  /** Sigma: standard deviation of the noise on the sum, divided by C. */
  readonly noiseMultiplier: number;
  readonly adjacency: Adjacency;
  /** The unit of privacy: one line of the data file. A person with several lines is protected less. */
  readonly unit: 'example';
  /** How many such runs are made, of which one is released; undefined for this one alone. */
  readonly trials: TrialLaw | undefined;
  readonly [CHECKED]: true;
}

interface PlanConstants {
  /**
   * A public estimate of how many records there are: a round number that may be printed in the receipt. Never the exact private count. Neighbouring
   * data sets differ in size, so a rate, step count or delta computed from the count would tell them apart. A wrong estimate costs no privacy, only utility:
   * the average lot is then larger or smaller than `lotSize`.
   */
  readonly publicSize: number;
  /** Lot size B expected if the estimate is right. */
  readonly lotSize: number;
  readonly steps: number;
  /** Below 1 / publicSize, or publishing one whole record would count as private. */
  readonly delta: number;
  readonly clipNorm: number;
  /**
   * The law that the number of runs was drawn from, if the best of several is released: then each of them claims epsilon for all of them together.
   * @default one run
   */
  readonly trials?: TrialLaw | undefined;
}

export type PlanOptions = PlanConstants & ({ readonly epsilon: number } | { readonly noiseMultiplier: number });

/**
 * Checks the constants and, where an epsilon is given, finds the noise for it.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER, or PRIVACY_UNREACHABLE when no noise reaches the epsilon
 */
export function createSamplingPlan(options: PlanOptions): SamplingPlan {
  const publicSize = requireCount('public size', options.publicSize);
  const lotSize = requireCount('lot size', options.lotSize);
  if (lotSize > publicSize) {
    throw new SoftpostError(
      'BAD_PRIVACY_PARAMETER',
      `lot size ${lotSize} is larger than the public size ${publicSize}`,
    );
  }
  if (requireDelta(options.delta) >= 1 / publicSize) {
    throw new SoftpostError(
      'BAD_PRIVACY_PARAMETER',
      `delta ${options.delta} is not below 1 / public size = ${1 / publicSize}`,
    );
  }
  const constants = {
    samplingRate: lotSize / publicSize,
    expectedLotSize: lotSize,
    publicSize,
    steps: requireSteps(options.steps),
    delta: options.delta,
    clipNorm: requireClipNorm(options.clipNorm),
    adjacency: 'add-or-remove-one',
    unit: 'example',
    trials: options.trials && requireTrialLaw(options.trials),
    [CHECKED]: true,
  } as const;
  const noiseMultiplier =
    'epsilon' in options
      ? calibrateNoise((sigma) => planEvents({ ...constants, noiseMultiplier: sigma }), {
          ...constants,
          epsilon: options.epsilon,
        }).noiseMultiplier
      : requireNoiseMultiplier(options.noiseMultiplier);
  return Object.freeze({ ...constants, noiseMultiplier });
}

/** What a run of the plan does to the data: every step counts, also one whose lot is empty. */
export function planEvents({ samplingRate, noiseMultiplier, steps, trials }: SamplingPlan): PrivacyEvent {
  const run = selfComposed(sampledGaussian({ samplingRate, noiseMultiplier }), steps);
  return trials ? bestOf(run, trials) : run;
}

/** The privacy that a full run of the plan spends. */
export function planPrivacy(plan: SamplingPlan): PrivacyReport {
  return accountFor(planEvents(plan), plan);
}
