/** @file The check of a prompt folder's receipt: who signed it, that it belongs to this prompt, and that its epsilon is what its numbers give. */

import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { PrivacyStatement, PromptCard } from '../artifact/prompt-card.ts';
import { promptDigest, readPromptFolder, RECEIPT } from '../artifact/prompt-folder.ts';
import { isThere, readText } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import type { PrivateReceipt, Receipt } from './receipt.ts';
import { MAX_RECEIPT_BYTES, openReceipt } from './signed-receipt.ts';
import { recomputedEpsilon, roundUp, samplingRateOf } from './stated-epsilon.ts';

/** To be shown with every verdict. */
export const WHAT_A_RECEIPT_PROVES =
  'The signature proves who said this, and computing epsilon again proves the arithmetic; neither proves that the training was run so.';

export interface VerifiedReceipt {
  readonly verified: true;
  /** `student-prompt` for a transferred prompt: the receipt is that of the prompt it was made from, by post-processing. */
  readonly covers: 'prompt' | 'student-prompt';
  /** False if the key was taken from the receipt itself, which says nothing of who holds it. */
  readonly keyPinned: boolean;
  readonly receipt: Receipt;
  readonly limits: string;
}

export interface VerifyReceiptOptions {
  readonly promptDir: string;
  /** The owner's key, got on another way than the receipt. */
  readonly publicKey?: KeyObject | undefined;
}

/**
 * @throws SoftpostError BAD_RECEIPT naming the first thing that is wrong: no receipt, form, key, signature, randomness that somebody could repeat,
 * another prompt or student, another statement in softpost.json, any difference between epsilon stated and epsilon computed again;
 * and what reading a prompt folder throws
 */
export async function verifyReceipt({ promptDir, publicKey }: VerifyReceiptOptions): Promise<VerifiedReceipt> {
  const receipt = openReceipt(await readReceipt(promptDir), publicKey);
  const { card } = await readPromptFolder(promptDir);
  if (receipt.mechanism !== 'none') {
    if (!receipt.secure) refuse('secure is false: the noise came from a seed, so that it can be subtracted');
    checkEpsilon(receipt);
  }
  const covers = card?.step === 'transfer' ? 'student-prompt' : 'prompt';
  const digest = covers === 'prompt' ? await promptDigest(promptDir) : card?.digests.studentPrompt;
  if (receipt.promptDigest !== digest) refuse(`promptDigest is that of another prompt than ${digest}`);
  if (card) checkCard(card, receipt);
  return { verified: true, covers, keyPinned: publicKey !== undefined, receipt, limits: WHAT_A_RECEIPT_PROVES };
}

/** The text of a folder's receipt. @throws SoftpostError BAD_RECEIPT when there is none, or it is too large */
export async function readReceipt(promptDir: string): Promise<string> {
  const path = join(promptDir, RECEIPT);
  if (!(await isThere(path))) refuse('this prompt folder has none');
  return readText(path, { maxBytes: MAX_RECEIPT_BYTES, code: 'BAD_RECEIPT', keepByteOrderMark: true });
}

/** What softpost.json says of a run with this receipt; its epsilon may have more digits. */
export function statementOf(receipt: Receipt): PrivacyStatement {
  if (receipt.mechanism === 'none' || receipt.noise === 'insecure-test') return { dp: false };
  const { epsilon, delta, noiseMultiplier, steps, clipNorm, noise, clipping } = receipt;
  return {
    dp: true,
    epsilon: epsilon.enforced,
    delta,
    noiseMultiplier,
    samplingRate: samplingRateOf(receipt),
    steps,
    clipNorm,
    noiseMode: noise,
    clipping,
    accountant: receipt.accountant.bounds,
  };
}

function checkEpsilon(receipt: PrivateReceipt): void {
  const recomputed = recomputedEpsilon(receipt);
  if (recomputed.enforced === Infinity) refuse('its numbers give no epsilon');
  if (canonicalJson(recomputed) !== canonicalJson(receipt.epsilon)) {
    refuse(`epsilon is ${canonicalJson(receipt.epsilon)}, but its numbers give ${canonicalJson(recomputed)}`);
  }
}

/** The two files of one folder must tell the same story. */
function checkCard({ privacy, digests }: PromptCard, receipt: Receipt): void {
  const stated = privacy.dp ? { ...privacy, epsilon: roundUp(privacy.epsilon) } : privacy;
  if (canonicalJson(stated) !== canonicalJson(statementOf(receipt))) refuse('softpost.json states another privacy');
  if (digests.student !== receipt.studentDigest)
    refuse('studentDigest is that of another student than in softpost.json');
}

function refuse(fault: string): never {
  throw new SoftpostError('BAD_RECEIPT', `receipt.json: ${fault}`);
}
