/** @file Noise mode `exact`: the integers it works on, and the accountant that is certified for it (docs/privacy.md has the proof). */
import { SoftpostError } from '@softpost/shared/errors';
import type { PrivacyAccountant } from './accountant.ts';
import { phasesOf } from './event.ts';
import { requireDelta } from './parameters.ts';
import { epsilonFromRdp, RDP_ORDERS, rdpOfPhases } from './rdp.ts';

/** The grid is at least this many bits finer than the clip norm, where 2^30 steps for the noise allow it. */
const GRID_BITS = 20;
const MAX_SCALE_BITS = 30;

/** Outside, the clip norm would be more than 2^21 grid steps, or fewer than 2^10. */
const MIN_NOISE = 2 ** -20;
const MAX_NOISE = 2 ** 20;

const INTEGER_ORDERS = RDP_ORDERS.filter((order) => Number.isInteger(order));

/** The scale of the last sums' rounding, as in accountant.ts. */
const ROUND_UP = 1 + 1e-9;

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

/**
 * RDP at integer orders alone. There the sampled discrete Gaussian has the sum of Mironov, Talwar, Zhang (arXiv 1908.10530) exactly; the
 * loss distribution and the fractional orders of `accountFor` are those of the continuous Gaussian, so they vouch for nothing here.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER for a parameter, event or adjacency outside its range
 */
export const accountForExactNoise: PrivacyAccountant = (event, { delta, adjacency }) => {
  requireDelta(delta);
  const rdp = epsilonFromRdp(rdpOfPhases(phasesOf(event, adjacency), INTEGER_ORDERS), delta, INTEGER_ORDERS);
  return { epsilon: rdp.epsilon * ROUND_UP, rdp, pld: { add: Infinity, remove: Infinity } };
};
