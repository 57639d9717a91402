/** @file The check of a receipt by itself: who signed it, which prompt it is about, and that its epsilon is what its numbers give. */

import type { KeyObject } from 'node:crypto';
import type { Digest } from '../artifact/digest.ts';
import { SoftpostError } from '../errors.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import type { PrivateReceipt, Receipt } from './receipt.ts';
import { openReceipt } from './signed-receipt.ts';
import { recomputedEpsilon } from './stated-epsilon.ts';

export interface ReceiptSubject {
  /** Of the prompt's values; undefined if nobody knows them, and then no receipt is theirs. */
  readonly promptDigest: Digest | undefined;
  /** The owner's key, got on another way than the receipt. */
  readonly publicKey?: KeyObject | undefined;
}

/**
 * Computing epsilon again may take seconds and hundreds of megabytes for numbers that somebody chose to that end, so it comes last.
 * @throws SoftpostError BAD_RECEIPT naming the first thing that is wrong: form, key, signature, another prompt, randomness that somebody could
 * repeat, any difference between epsilon stated and epsilon computed again; BAD_PRIVACY_PARAMETER for numbers that no run can have
 */
export function checkReceipt(text: string, { promptDigest, publicKey }: ReceiptSubject): Receipt {
  const receipt = openReceipt(text, publicKey);
  if (receipt.promptDigest !== promptDigest) refuse(`promptDigest is that of another prompt than ${promptDigest}`);
  if (receipt.mechanism === 'none') return receipt;
  if (!receipt.secure) refuse('secure is false: the noise came from a seed, so that it can be subtracted');
  checkEpsilon(receipt);
  return receipt;
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
