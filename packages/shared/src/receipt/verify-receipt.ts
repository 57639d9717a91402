/** @file The check of a prompt folder: that its receipt holds, for this prompt, and that its card tells the same story. */

import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { PrivacyStatement, PromptCard } from '../artifact/prompt-card.ts';
import { promptDigest, readPromptFolder, RECEIPT } from '../artifact/prompt-folder.ts';
import { isThere, readText } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import { checkReceipt } from './check-receipt.ts';
import type { Receipt } from './receipt.ts';
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
  /** Epsilon with the draws that an interruption lost, which the prompt does not depend on; null where there are none. */
  readonly epsilonOfAllDraws: number | null;
  readonly receipt: Receipt;
  readonly limits: string;
}

export interface VerifyReceiptOptions {
  readonly promptDir: string;
  /** The owner's key, got on another way than the receipt. */
  readonly publicKey?: KeyObject | undefined;
}

/**
 * @throws SoftpostError BAD_RECEIPT naming the first thing that is wrong: no receipt, its form, key or signature, whatever `checkReceipt` finds,
 * another student or another statement in softpost.json; and what `checkReceipt` and reading a prompt folder throw
 */
export async function verifyReceipt({ promptDir, publicKey }: VerifyReceiptOptions): Promise<VerifiedReceipt> {
  const receipt = openReceipt(await readReceipt(promptDir), publicKey);
  const { card } = await readPromptFolder(promptDir);
  const covers = card?.step === 'transfer' ? 'student-prompt' : 'prompt';
  const digest = covers === 'prompt' ? await promptDigest(promptDir) : card?.digests.studentPrompt;
  checkReceipt(receipt, digest);
  if (card) checkCard(card, receipt);
  return {
    verified: true,
    covers,
    keyPinned: publicKey !== undefined,
    epsilonOfAllDraws: epsilonOfAllDraws(receipt),
    receipt,
    limits: WHAT_A_RECEIPT_PROVES,
  };
}

/** Nobody can vouch that lost draws were not seen: their losses were shown, and what stopped the run may have depended on them. */
function epsilonOfAllDraws(receipt: Receipt): number | null {
  const lost = receipt.mechanism === 'none' ? 0 : receipt.ledger.drawn - receipt.steps;
  return receipt.mechanism === 'none' || lost === 0 ? null : recomputedEpsilon(receipt, lost).enforced;
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
  const { unit, epsilon, delta, noiseMultiplier, steps, clipNorm, noise, clipping } = receipt;
  return {
    dp: true,
    unit,
    epsilon: epsilon.enforced,
    delta,
    noiseMultiplier,
    samplingRate: samplingRateOf(receipt),
    steps,
    clipNorm,
    noiseMode: noise,
    clipping,
    ...(receipt.mechanism === 'banded-gaussian' ? { bands: receipt.coefficients.length } : {}),
    accountant: receipt.accountant.bounds,
  };
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
