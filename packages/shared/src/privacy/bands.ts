/**
 * @file The privacy of BandMF: banded matrix factorisation with a cyclic Poisson sampler (Choquette-Choo et al., "(Amplified) Banded Matrix
 * Factorization", NeurIPS 2023, arXiv 2306.08153, section 4).
 *
 * The mechanism releases C x + Z, and with it x + C^-1 Z, for the clipped sums x of T steps and a strategy C with b bands and unit columns.
 * A record belongs to one of b groups, whose turn comes every b-th step, and joins each of these steps by its own coin. Its contribution to
 * step j reaches rows j to j + b - 1 of C x only, and its next one begins at row j + b: no two of them share a row. Given what was released
 * before row j, these b rows are one Gaussian mechanism of sensitivity |C e_j| = 1 on a Poisson sample. So a run is ceil(T / b) of them, and
 * adaptivity costs nothing. What other records do is the same in both of two neighbouring data sets.
 */
import { SoftpostError } from '../errors.ts';
import { requireCount, requireSteps } from './parameters.ts';

/** More bands keep that many rows of noise in memory and in each checkpoint, and seldom help (docs/privacy.md). */
export const MAX_BANDS = 16;

/** Room for the rounding of b quotients. What it adds to epsilon is far below what every accountant rounds up. */
const NORM_TOLERANCE = 1e-12;

/** @throws SoftpostError BAD_PRIVACY_PARAMETER unless `bands` is a whole number from 1 to 16, and no more than `steps` */
export function requireBands(bands: number, steps: number): number {
  const most = Math.min(MAX_BANDS, steps);
  if (requireCount('number of bands', bands) <= most) return bands;
  throw new SoftpostError('BAD_PRIVACY_PARAMETER', `number of bands is ${bands}; it must be at most ${most}`);
}

/**
 * Whether C[i, j] = c[i - j] / n[j] can be inverted and has columns of norm 1. The last b - 1 columns, which C cuts off, are scaled by their norm n[j];
 * the others are c itself, whose norm is so what the noise must be measured against.
 */
export function hasUnitColumns(coefficients: readonly number[]): boolean {
  return coefficients[0]! > 0 && Math.abs(Math.hypot(...coefficients) - 1) <= NORM_TOLERANCE;
}

/**
 * The most steps out of `steps` in which one record can take part: those of its group.
 * @param coefficients c: [b]
 * @throws SoftpostError BAD_PRIVACY_PARAMETER when C is another matrix than the proof is about
 */
export function participations(coefficients: readonly number[], steps: number): number {
  const bands = requireBands(coefficients.length, requireSteps(steps));
  if (hasUnitColumns(coefficients)) return Math.ceil(steps / bands);
  throw new SoftpostError(
    'BAD_PRIVACY_PARAMETER',
    `the coefficients of the bands have norm ${Math.hypot(...coefficients)}; it must be 1, and the first above 0`,
  );
}
