/** @file What leaves the site: a prompt with its receipt, checked once more, byte for byte as it is sent. */

import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@softpost/shared/artifact/digest';
import { WEIGHTS } from '@softpost/shared/artifact/prompt-folder';
import { SoftpostError } from '@softpost/shared/errors';
import { canonicalJson } from '@softpost/shared/signature/canonical-json';
import { openReceipt } from '@softpost/shared/receipt/signed-receipt';
import { readReceipt, verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { trialsNotSecret } from './secret-trials.ts';

/** Only `sealPrompt` can set this, so that nothing unchecked can be sent. */
const SEALED: unique symbol = Symbol('sealed prompt');

export interface SealedPrompt {
  /** adapter_model.safetensors. */
  readonly weights: Uint8Array;
  /** receipt.json. */
  readonly receipt: string;
  readonly [SEALED]: true;
}

export interface SealOptions {
  readonly promptDir: string;
  /** The owner's own key: only what was tuned here is sent from here. */
  readonly key: KeyObject;
  /** `--no-dp`, said again: it was said when the prompt was tuned, and this is another act. */
  readonly noDp: boolean;
}

/**
 * @throws SoftpostError BAD_RECEIPT for a prompt that was altered, whose receipt is missing, not the owner's, or about seeded noise;
 * NOT_RELEASABLE for a prompt without privacy unless `noDp`; TRIALS_NOT_SECRET for the best of several runs; BAD_OPTION for `noDp` with a prompt that has privacy
 */
export async function sealPrompt({ promptDir, key, noDp }: SealOptions): Promise<SealedPrompt> {
  const { receipt } = await verifyReceipt({ promptDir, publicKey: key });
  const text = await readReceipt(promptDir);
  const weights = await readFile(join(promptDir, WEIGHTS));
  // What is sent is what is in memory now, not what was in the folder a moment ago.
  if (receipt.promptDigest !== digestOf(weights) || canonicalJson(openReceipt(text, key)) !== canonicalJson(receipt)) {
    throw new SoftpostError('BAD_RECEIPT', `${promptDir} is another prompt than its receipt is about`);
  }
  if (receipt.mechanism === 'none' && !noDp) {
    throw new SoftpostError('NOT_RELEASABLE', `${promptDir} was tuned with --no-dp: it may give single records away`);
  }
  if (receipt.mechanism !== 'none' && noDp) {
    throw new SoftpostError('BAD_OPTION', `--no-dp was said, but ${promptDir} was tuned with privacy`);
  }
  if (receipt.mechanism !== 'none' && receipt.selection.procedure === 'best-of') throw trialsNotSecret(promptDir);
  return Object.freeze({ weights, receipt: text, [SEALED]: true } as const);
}
