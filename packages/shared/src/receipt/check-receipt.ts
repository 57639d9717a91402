/** @file The check of a receipt by itself, once its signature holds: which prompt it is about, and that its epsilon is what its numbers give. */

import type { Digest } from '../artifact/digest.ts';
import { SoftpostError } from '../errors.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import type { PrivateReceipt, Receipt } from './receipt.ts';
import { recomputedEpsilon } from './stated-epsilon.ts';

/**
 * Computing epsilon again may take seconds and hundreds of megabytes for numbers that somebody chose to that end, so it comes last.
 * @param promptDigest of the prompt's values; undefined if nobody knows them, and then no receipt is theirs
 * @throws SoftpostError BAD_RECEIPT naming the first thing that is wrong: another prompt, randomness that somebody could repeat, any difference
 * between epsilon stated and epsilon computed again; BAD_PRIVACY_PARAMETER for numbers that no run can have
 */
export function checkReceipt(receipt: Receipt, promptDigest: Digest | undefined): void {
  if (receipt.promptDigest !== promptDigest) refuse(`promptDigest is that of another prompt than ${promptDigest}`);
  if (receipt.mechanism === 'none') return;
  if (!receipt.secure) refuse('secure is false: the noise came from a seed, so that it can be subtracted');
  checkEpsilon(receipt);
}

function checkEpsilon(receipt: PrivateReceipt): void {
  const recomputed = recomputedEpsilon(receipt);
  if (recomputed.enforced === Infinity) refuse('its numbers give no epsilon');
  if (canonicalJson(recomputed) !== canonicalJson(receipt.epsilon)) {
    refuse(`epsilon is ${canonicalJson(receipt.epsilon)}, but its numbers give ${canonicalJson(recomputed)}`);
  }
}

function refuse(fault: string): never {
  throw new SoftpostError('BAD_RECEIPT', `receipt.json: ${fault}`);
}
