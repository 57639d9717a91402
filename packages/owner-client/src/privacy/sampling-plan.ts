/** @file The one frozen object that sampler, clipper, noise and accountant all read, so that none of them can disagree with the claim. */
import { SoftpostError } from '@softpost/shared/errors';
import { accountFor, type PrivacyAccountant, type PrivacyReport } from './accountant.ts';
import { calibrateNoise } from './calibrate.ts';
import { type Adjacency, type PrivacyEvent, sampledGaussian, selfComposed } from './event.ts';
import { accountForExactNoise, integerScale } from './exact-noise.ts';
import {
  requireClipNorm,
  requireCount,
  requireDelta,
  requireNoiseMultiplier,
  requireOneOf,
  requireSteps,
} from './parameters.ts';

/** Only `createSamplingPlan` can set this, so a plan cannot be put together by hand with numbers that do not belong together. */
const CHECKED: unique symbol = Symbol('checked sampling plan');

/**
 * How the noise is made. `rounded`: float64 normal deviates, the noisy sum rounded to a coarse grid; fast, without a proof for the
 * finite precision. `exact`: discrete Gaussian on integers, proven down to the last bit, for a somewhat larger epsilon.
 */
export const NOISE_MODES = ['rounded', 'exact'] as const;
export type NoiseMode = (typeof NOISE_MODES)[number];

/**
 * How one record's gradient g is brought within C. `flat`: min(1, C / |g|) g (Abadi et al., 2016). `auto-s`: C / (|g| + 0.01) g, so
 * that small gradients count as much as large ones (Bu et al., arXiv 2206.07136). Both have the sensitivity C.
 */
export const CLIPPINGS = ['flat', 'auto-s'] as const;
export type Clipping = (typeof CLIPPINGS)[number];

/** DP-SGD with Poisson sampling (Abadi et al., arXiv 1607.00133, algorithm 1), fixed before the data are read. */
export interface SamplingPlan {
  /** Probability q with which each record joins a step, by its own coin. */
  readonly samplingRate: number;
  /** B: what the noisy sum is divided by, whatever the size of the lot drawn. */
  readonly expectedLotSize: number;
  readonly steps: number;
  readonly delta: number;
  /** C: bound on the L2 norm of one record's contribution, over all trained parameters jointly. */
  readonly clipNorm: number;
  /** Sigma: standard deviation of the noise on the sum, divided by C. */
  readonly noiseMultiplier: number;
  readonly noiseMode: NoiseMode;
  readonly clipping: Clipping;
  readonly adjacency: Adjacency;
  /** The unit of privacy: one line of the data file. A person with several lines is protected less. */
  readonly unit: 'example';
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
  /** @default 'rounded' */
  readonly noiseMode?: NoiseMode;
  /** @default 'flat' */
  readonly clipping?: Clipping;
}

export type PlanOptions = PlanConstants & ({ readonly epsilon: number } | { readonly noiseMultiplier: number });

/** The bounds that hold for each kind of noise. */
const ACCOUNTANTS: Readonly<Record<NoiseMode, PrivacyAccountant>> = {
  rounded: accountFor,
  exact: accountForExactNoise,
};

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
    steps: requireSteps(options.steps),
    delta: options.delta,
    clipNorm: requireClipNorm(options.clipNorm),
    noiseMode: requireOneOf('noise mode', NOISE_MODES, options.noiseMode ?? 'rounded'),
    clipping: requireOneOf('clipping', CLIPPINGS, options.clipping ?? 'flat'),
    adjacency: 'add-or-remove-one',
    unit: 'example',
    [CHECKED]: true,
  } as const;
  const noiseMultiplier =
    'epsilon' in options
      ? calibrateNoise(
          (sigma) => planEvents({ ...constants, noiseMultiplier: sigma }),
          { ...constants, epsilon: options.epsilon },
          ACCOUNTANTS[constants.noiseMode],
        ).noiseMultiplier
      : requireNoiseMultiplier(options.noiseMultiplier);
  if (constants.noiseMode === 'exact') integerScale(noiseMultiplier);
  return Object.freeze({ ...constants, noiseMultiplier });
}

/** What a run of the plan does to the data: every step counts, also one whose lot is empty. */
export function planEvents({ samplingRate, noiseMultiplier, steps }: SamplingPlan): PrivacyEvent {
  return selfComposed(sampledGaussian({ samplingRate, noiseMultiplier }), steps);
}

/** The privacy that a full run of the plan spends. */
export function planPrivacy(plan: SamplingPlan): PrivacyReport {
  return ACCOUNTANTS[plan.noiseMode](planEvents(plan), plan);
}

/** The name of the bounds that `planPrivacy` takes the smallest of, for the privacy statement. */
export function accountantName({ noiseMode }: SamplingPlan): string {
  return noiseMode === 'exact' ? 'rdp of integer orders' : 'min(rdp, pld)';
}
