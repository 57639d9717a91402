/** @file The one frozen object that sampler, clipper, noise and accountant all read, so that none of them can disagree with the claim. */
import { SoftpostError } from '@softpost/shared/errors';
import type { PrivacyReport } from '@softpost/shared/privacy/accountant';
import {
  type Adjacency,
  bandedGaussian,
  bestOf,
  type PrivacyEvent,
  sampledGaussian,
  selfComposed,
} from '@softpost/shared/privacy/event';
import { NOISE_ACCOUNTANTS, NOISE_MODES, type NoiseMode } from '@softpost/shared/privacy/noise-mode';
import {
  requireClipNorm,
  requireCount,
  requireDelta,
  requireNoiseMultiplier,
  requireOneOf,
  requireSteps,
} from '@softpost/shared/privacy/parameters';
import { requireTrialLaw, type TrialLaw } from '@softpost/shared/privacy/selection';
import type { Unit } from '@softpost/shared/privacy/unit';
import { bandStrategy } from './band-strategy.ts';
import { calibrateNoise } from './calibrate.ts';
import { integerScale } from './integer-scale.ts';
import { requireUserUnit, type UserUnit } from './user-unit.ts';

/** Only `createSamplingPlan` can set this, so a plan cannot be put together by hand with numbers that do not belong together. */
const CHECKED: unique symbol = Symbol('checked sampling plan');

/**
 * How one record's gradient g is brought within C. `flat`: min(1, C / |g|) g (Abadi et al., 2016). `auto-s`: C / (|g| + 0.01) g, so
 * that small gradients count as much as large ones (Bu et al., arXiv 2206.07136). Both have the sensitivity C.
 */
export const CLIPPINGS = ['flat', 'auto-s'] as const;
export type Clipping = (typeof CLIPPINGS)[number];

/** DP-SGD with Poisson sampling (Abadi et al., arXiv 1607.00133, algorithm 1) or BandMF, fixed before the data are read. */
export interface SamplingPlan {
  /** Probability q with which each unit joins a step, by its own coin; with bands, a step of its group. */
  readonly samplingRate: number;
  /** B: what the noisy sum is divided by, whatever the size of the lot drawn; q is bands * B / publicSize. */
  readonly expectedLotSize: number;
  readonly publicSize: number;
  readonly steps: number;
  readonly delta: number;
  /** C: bound on the L2 norm of one unit's contribution, over all trained parameters jointly. */
  readonly clipNorm: number;
  /** Sigma: standard deviation of the noise on the sum, divided by C. */
  readonly noiseMultiplier: number;
  readonly noiseMode: NoiseMode;
  readonly clipping: Clipping;
  /** b: steps over which the noise is correlated, and groups of records that take turns; 1 is DP-SGD. */
  readonly bands: number;
  /** c: [b], which make the matrix C of the correlation; see band-strategy.ts. */
  readonly coefficients: readonly number[];
  readonly adjacency: Adjacency;
  /** By example a person with several lines is protected less. */
  readonly unit: Unit;
  /** Where users are the unit; undefined by example. */
  readonly user: UserUnit | undefined;
  /** How many such runs are made, of which one is released; undefined for this one alone. */
  readonly trials: TrialLaw | undefined;
  readonly [CHECKED]: true;
}

interface PlanConstants {
  /**
   * A public estimate of how many units, records or users, there are: a round number that may be printed in the receipt. Never the exact private count. Neighbouring
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
  /** @default 'rounded' */
  readonly noiseMode?: NoiseMode;
  /** @default 'flat' */
  readonly clipping?: Clipping;
  /** 1 to 16. @default 1 */
  readonly bands?: number;
  /** Makes users the unit. @default every example is a unit of its own */
  readonly user?: UserUnit | undefined;
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
  const steps = requireSteps(options.steps);
  const { bands, coefficients } = bandStrategy(options.bands ?? 1, steps);
  const constants = {
    samplingRate: groupSamplingRate(bands, lotSize, publicSize),
    expectedLotSize: lotSize,
    publicSize,
    steps,
    delta: options.delta,
    clipNorm: requireClipNorm(options.clipNorm),
    noiseMode: requireOneOf('noise mode', NOISE_MODES, options.noiseMode ?? 'rounded'),
    clipping: requireOneOf('clipping', CLIPPINGS, options.clipping ?? 'flat'),
    bands,
    coefficients,
    adjacency: 'add-or-remove-one',
    unit: options.user ? 'user' : 'example',
    user: options.user && requireUserUnit(options.user),
    trials: options.trials && requireTrialLaw(options.trials),
    [CHECKED]: true,
  } as const;
  if (bands > 1 && constants.noiseMode === 'exact') {
    throw new SoftpostError(
      'BAD_PRIVACY_PARAMETER',
      `noise mode exact adds whole numbers, and ${bands} bands make fractions of them; take noise mode rounded or 1 band`,
    );
  }
  const noiseMultiplier =
    'epsilon' in options
      ? calibrateNoise(
          (sigma) => planEvents({ ...constants, noiseMultiplier: sigma }),
          { ...constants, epsilon: options.epsilon },
          NOISE_ACCOUNTANTS[constants.noiseMode].account,
        ).noiseMultiplier
      : requireNoiseMultiplier(options.noiseMultiplier);
  if (constants.noiseMode === 'exact') integerScale(noiseMultiplier);
  return Object.freeze({ ...constants, noiseMultiplier });
}

/** What one run of the plan does to the data: every step counts, also one whose lot is empty. */
export function runEvent(plan: SamplingPlan): PrivacyEvent {
  return plan.bands > 1 ? bandedGaussian(plan) : selfComposed(sampledGaussian(plan), plan.steps);
}

/** What all runs of the plan together do to the data. */
export function planEvents(plan: SamplingPlan): PrivacyEvent {
  return plan.trials ? bestOf(runEvent(plan), plan.trials) : runEvent(plan);
}

/** The privacy that a full run of the plan spends. */
export function planPrivacy(plan: SamplingPlan): PrivacyReport {
  return NOISE_ACCOUNTANTS[plan.noiseMode].account(planEvents(plan), plan);
}

/**
 * The sampling rate inside a group that gives `lotSize` records on average: a group holds publicSize / bands of them.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER when a group is smaller than a lot
 */
function groupSamplingRate(bands: number, lotSize: number, publicSize: number): number {
  const rate = (bands * lotSize) / publicSize;
  if (rate <= 1) return rate;
  throw new SoftpostError(
    'BAD_PRIVACY_PARAMETER',
    `a lot of ${lotSize} is more than one of ${bands} groups of ${publicSize} records holds; take fewer bands or a smaller lot`,
  );
}
