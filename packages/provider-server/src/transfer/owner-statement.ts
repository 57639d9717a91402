/** @file What the owner says about the privacy of its prompt, checked before anything is made of the prompt. */

import type { PrivacyStatement, PromptCard } from '@softpost/shared/artifact/prompt-card';
import { RECEIPT } from '@softpost/shared/artifact/prompt-folder';
import { isThere } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { readPublicKey } from '@softpost/shared/signature/public-key';
import { readReceipt, statementOf, verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { join } from 'node:path';

/** It holds for everything made from the prompt without private data (post-processing). */
export interface OwnerStatement {
  readonly privacy: PrivacyStatement;
  /** The receipt's text, to be carried along; undefined for a prompt without any claim, such as one that PEFT wrote. */
  readonly receipt: string | undefined;
}

interface GivenPrompt {
  readonly promptDir: string;
  readonly ownerKeyFile?: string | undefined;
}

/**
 * @throws SoftpostError BAD_RECEIPT for a receipt that does not hold, a claim without one, or none where the owner's key is given;
 * BAD_KEY and FILE_NOT_FOUND for that key
 */
export async function ownerStatement(
  { promptDir, ownerKeyFile }: GivenPrompt,
  card: PromptCard | undefined,
): Promise<OwnerStatement> {
  const publicKey = ownerKeyFile === undefined ? undefined : await readPublicKey(ownerKeyFile);
  const hasReceipt = await isThere(join(promptDir, RECEIPT));
  if (!hasReceipt && !publicKey) {
    if (!card?.privacy.dp) return { privacy: { dp: false }, receipt: undefined };
    throw new SoftpostError('BAD_RECEIPT', `${promptDir} claims privacy, but has no ${RECEIPT} to show for it`);
  }
  const { receipt } = await verifyReceipt({ promptDir, publicKey });
  return { privacy: card?.privacy ?? statementOf(receipt), receipt: await readReceipt(promptDir) };
}
