/** @file Epsilon as a receipt states it, and epsilon computed again from what a receipt says was done. */

import { accountFor, type PrivacyReport } from '../privacy/accountant.ts';
import { bestOf, sampledGaussian, selfComposed, type PrivacyEvent } from '../privacy/event.ts';
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
  return statedEpsilon(accountFor(eventOf(receipt), receipt));
}

/** q as a number. */
export function samplingRateOf({ samplingRate }: Pick<PrivateReceipt, 'samplingRate'>): number {
  const [lotSize, publicSize] = samplingRate.split('/').map(Number);
  return lotSize! / publicSize!;
}

function eventOf(receipt: PrivateReceipt): PrivacyEvent {
  const { noiseMultiplier, steps, selection } = receipt;
  const run = selfComposed(sampledGaussian({ samplingRate: samplingRateOf(receipt), noiseMultiplier }), steps);
  return selection.procedure === 'best-of' ? bestOf(run, selection.trials) : run;
}

/** The least multiple of a millionth, as a float64, that is not below `value`; the product may have been rounded either way. */
export function roundUp(value: number): number {
  const units = Math.ceil(value * UNITS);
  return [units - 1, units].map((count) => count / UNITS).find((rounded) => rounded >= value) ?? (units + 1) / UNITS;
}

function boundOrNull(value: number): number | null {
  return value < Infinity ? roundUp(value) : null;
}
