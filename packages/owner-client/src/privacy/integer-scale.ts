/** @file Noise mode `exact`: the integers it works on (docs/privacy.md has the proof). */
import { SoftpostError } from '@softpost/shared/errors';

/** The grid is at least this many bits finer than the clip norm, where 2^30 steps for the noise allow it. */
const GRID_BITS = 20;
const MAX_SCALE_BITS = 30;

/** Outside, the clip norm would be more than 2^21 grid steps, or fewer than 2^10. */
const MIN_NOISE = 2 ** -20;
const MAX_NOISE = 2 ** 20;

/** Clip norm and noise of a step, counted in steps of one grid. */
export interface IntegerScale {
  /** The standard deviation of the noise is 2^scaleBits grid steps. */
  readonly scaleBits: number;
  /** Clip norm in grid steps, at most 2^21: no more than 2^scaleBits / sigma, so that the noise is never below what is accounted for. */
  readonly clipSteps: number;
}

/** @throws SoftpostError BAD_PRIVACY_PARAMETER when the noise multiplier is outside 2^-20 to 2^20 */
export function integerScale(noiseMultiplier: number): IntegerScale {
  if (!(noiseMultiplier >= MIN_NOISE && noiseMultiplier <= MAX_NOISE)) {
    const message = `noise multiplier is ${noiseMultiplier}; for exact noise it must be in ${MIN_NOISE}..${MAX_NOISE}`;
    throw new SoftpostError('BAD_PRIVACY_PARAMETER', message);
  }
  const scaleBits = Math.min(MAX_SCALE_BITS, GRID_BITS + Math.ceil(Math.log2(noiseMultiplier)));
  // The factor covers the rounding of the quotient, so that an integer just below it is not taken for the one above.
  return { scaleBits, clipSteps: Math.floor((2 ** scaleBits / noiseMultiplier) * (1 - 2 ** -50)) };
}
