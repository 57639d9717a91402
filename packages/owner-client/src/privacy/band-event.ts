/**
 * @file The privacy of BandMF as an event: banded matrix factorisation with a cyclic Poisson sampler (Choquette-Choo et al., "(Amplified)
 * Banded Matrix Factorization", NeurIPS 2023, arXiv 2306.08153, section 4).
 *
 * The mechanism releases C x + Z, and with it x + C^-1 Z, for the clipped sums x of T steps and a strategy C with b bands and unit columns.
 * A record belongs to one of b groups, whose turn comes every b-th step, and joins each of these steps by its own coin. Its contribution to
 * step j reaches rows j to j + b - 1 of C x only, and its next one begins at row j + b: no two of them share a row. Given what was released
 * before row j, these b rows are one Gaussian mechanism of sensitivity |C e_j| = 1 on a Poisson sample. So a run is ceil(T / b) of them, and
 * adaptivity costs nothing. What other records do is the same in both of two neighbouring data sets.
 */
import { SoftpostError } from '@softpost/shared/errors';
import { type PrivacyEvent, sampledGaussian, selfComposed } from '@softpost/shared/privacy/event';
import { requireCount, requireSteps } from '@softpost/shared/privacy/parameters';

/** More bands keep that many rows of noise in memory and in each checkpoint, and seldom help (docs/privacy.md). */
const MAX_BANDS = 16;

export interface BandedRun {
  /** q: probability with which a record joins a step of its own group. */
  readonly samplingRate: number;
  /** Sigma: standard deviation of Z, divided by the clip norm. */
  readonly noiseMultiplier: number;
  readonly steps: number;
  /** b; 1 is DP-SGD, exactly. */
  readonly bands: number;
}

/** What a run does to one record. @throws SoftpostError BAD_PRIVACY_PARAMETER */
export function bandedGaussian({ samplingRate, noiseMultiplier, steps, bands }: BandedRun): PrivacyEvent {
  return selfComposed(
    sampledGaussian({ samplingRate, noiseMultiplier }),
    Math.ceil(requireSteps(steps) / requireBands(bands, steps)),
  );
}

/**
 * The sampling rate inside a group that gives `lotSize` records on average: a group holds publicSize / bands of them.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER when a group is smaller than a lot
 */
export function groupSamplingRate(bands: number, lotSize: number, publicSize: number): number {
  const rate = (bands * lotSize) / publicSize;
  if (rate <= 1) return rate;
  throw new SoftpostError(
    'BAD_PRIVACY_PARAMETER',
    `a lot of ${lotSize} is more than one of ${bands} groups of ${publicSize} records holds; take fewer bands or a smaller lot`,
  );
}

/** @throws SoftpostError BAD_PRIVACY_PARAMETER unless `bands` is a whole number from 1 to 16, and no more than `steps` */
export function requireBands(bands: number, steps: number): number {
  const most = Math.min(MAX_BANDS, steps);
  if (requireCount('number of bands', bands) <= most) return bands;
  throw new SoftpostError('BAD_PRIVACY_PARAMETER', `number of bands is ${bands}; it must be at most ${most}`);
}
