/** @file Epsilon as a receipt states it, and epsilon computed again from what a receipt says was done. */

import type { PrivacyReport } from '../privacy/accountant.ts';
import { bandedGaussian, bestOf, sampledGaussian, selfComposed, type PrivacyEvent } from '../privacy/event.ts';
import { NOISE_ACCOUNTANTS, NOISE_MODES } from '../privacy/noise-mode.ts';
import type { PrivateReceipt } from './receipt.ts';

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

/** The figures that a receipt's own parameters give. @throws SoftpostError BAD_PRIVACY_PARAMETER */
export function recomputedEpsilon(receipt: PrivateReceipt): PrivateReceipt['epsilon'] {
  const mode = NOISE_MODES.find((one) => NOISE_ACCOUNTANTS[one].bounds === receipt.accountant.bounds)!;
  return statedEpsilon(NOISE_ACCOUNTANTS[mode].account(eventOf(receipt), receipt));
}

/** q as a number. */
export function samplingRateOf({ samplingRate }: Pick<PrivateReceipt, 'samplingRate'>): number {
  const [lotSize, publicSize] = samplingRate.split('/').map(Number);
  return lotSize! / publicSize!;
}

function eventOf(receipt: PrivateReceipt): PrivacyEvent {
  const run = runEventOf(receipt);
  return receipt.selection.procedure === 'best-of' ? bestOf(run, receipt.selection.trials) : run;
}

function runEventOf(receipt: PrivateReceipt): PrivacyEvent {
  const { noiseMultiplier, steps } = receipt;
  const samplingRate = samplingRateOf(receipt);
  return receipt.mechanism === 'banded-gaussian'
    ? bandedGaussian({ samplingRate, noiseMultiplier, steps, coefficients: receipt.coefficients })
    : selfComposed(sampledGaussian({ samplingRate, noiseMultiplier }), steps);
}

/** The least multiple of a millionth, as a float64, that is not below `value`; the product may have been rounded either way. */
export function roundUp(value: number): number {
  const units = Math.ceil(value * UNITS);
  return [units - 1, units].map((count) => count / UNITS).find((rounded) => rounded >= value) ?? (units + 1) / UNITS;
}

function boundOrNull(value: number): number | null {
  return value < Infinity ? roundUp(value) : null;
}
