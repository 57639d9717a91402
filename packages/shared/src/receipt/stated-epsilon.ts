/** @file Epsilon as a receipt states it, and epsilon computed again from what a receipt says was done. */

import type { PrivacyReport } from '../privacy/accountant.ts';
import {
  bandedGaussian,
  bestOf,
  composed,
  sampledGaussian,
  selfComposed,
  type PrivacyEvent,
} from '../privacy/event.ts';
import { NOISE_ACCOUNTANTS, NOISE_MODES } from '../privacy/noise-mode.ts';
import { sidesOf, type PrivateReceipt } from './receipt.ts';

/** Six digits after the point: two machines whose exp and log differ in the last bit then still state the same figure. */
const UNITS = 1e6;

/** The figures of a report, rounded up, as a bound rounded down is false; null for a method that found no bound. */
export function statedEpsilon({ epsilon, pld, rdp }: PrivacyReport): PrivateReceipt['epsilon'] {
  return {
    enforced: roundUp(epsilon),
    pld: { add: boundOrNull(pld.add), remove: boundOrNull(pld.remove) },
    rdp: { epsilon: boundOrNull(rdp.epsilon), order: rdp.order },
  };
}

/**
 * The figures that a receipt's own parameters give.
 * @param lost steps that were drawn besides, and are to count as well
 * @throws SoftpostError BAD_PRIVACY_PARAMETER
 */
export function recomputedEpsilon(receipt: PrivateReceipt, lost = 0): PrivateReceipt['epsilon'] {
  const mode = NOISE_MODES.find((one) => NOISE_ACCOUNTANTS[one].bounds === receipt.accountant.bounds)!;
  return statedEpsilon(NOISE_ACCOUNTANTS[mode].account(eventOf(receipt, lost), receipt));
}

/** q as a number. */
export function samplingRateOf({ samplingRate }: Pick<PrivateReceipt, 'samplingRate'>): number {
  const [numerator, publicSize] = sidesOf(samplingRate);
  return numerator / publicSize;
}

function eventOf(receipt: PrivateReceipt, lost: number): PrivacyEvent {
  const run = runEventOf(receipt, lost);
  return receipt.selection.procedure === 'best-of' ? bestOf(run, receipt.selection.trials) : run;
}

function runEventOf(receipt: PrivateReceipt, lost: number): PrivacyEvent {
  const { noiseMultiplier, steps } = receipt;
  const samplingRate = samplingRateOf(receipt);
  const step = sampledGaussian({ samplingRate, noiseMultiplier });
  if (receipt.mechanism === 'sampled-gaussian') return selfComposed(step, steps + lost);
  const banded = bandedGaussian({ samplingRate, noiseMultiplier, steps, coefficients: receipt.coefficients });
  // As in the ledger: of a lost draw nobody knows whose turn it was.
  return lost === 0 ? banded : composed([banded, selfComposed(step, lost)]);
}

/** The least multiple of a millionth, as a float64, that is not below `value`; the product may have been rounded either way. */
export function roundUp(value: number): number {
  const units = Math.ceil(value * UNITS);
  return [units - 1, units].map((count) => count / UNITS).find((rounded) => rounded >= value) ?? (units + 1) / UNITS;
}

function boundOrNull(value: number): number | null {
  return value < Infinity ? roundUp(value) : null;
}
