/** @file A transferred prompt from the provider: believed only with the receipt that this owner submitted, and written in our own words. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseExisting } from '@softpost/shared/artifact/atomic-write';
import { digestOf, type Digest } from '@softpost/shared/artifact/digest';
import { PROMPT_FILES, readPromptFolder, writePromptFolder } from '@softpost/shared/artifact/prompt-folder';
import { SoftpostError } from '@softpost/shared/errors';
import { readReceipt, verifyReceipt, type VerifiedReceipt } from '@softpost/shared/receipt/verify-receipt';
import { badAnswer, promptListing, type Job, type PromptListing } from '../answers.ts';
import { attemptAt } from '../durable/attempts.ts';
import { providerName } from '../fetch-student/offered-student.ts';
import { asId, type Id } from '../ids.ts';
import { submittedReceipts } from '../release/sealed-submission.ts';
import { readSigningKey } from '@softpost/shared/signature/signing-key';
import type { Site } from '../site.ts';
import { outlast, type OutlastContext } from './outlast.ts';

export interface TransferredPrompt {
  readonly promptDir: string;
  readonly prompt: PromptListing;
  readonly receipt: VerifiedReceipt['receipt'];
}

/**
 * Gets a prompt and writes it as a PEFT folder.
 * @param submitted digest of the receipt that was submitted for it; undefined for any that was submitted from this site
 * @throws SoftpostError FILE_EXISTS, CANNOT_WRITE; UNKNOWN_ID; BAD_ANSWER; BAD_RECEIPT for a receipt that is not this owner's, was not submitted, or is about
 * another prompt than the one that was transferred; and what reading a prompt folder throws
 */
export async function getPrompt(
  site: Site,
  promptId: Id,
  outDir: string,
  submitted?: Digest,
): Promise<TransferredPrompt> {
  await refuseExisting(outDir);
  const answer = await site.egress.getPrompt(promptId);
  const prompt = promptListing(answer.prompt);
  if (prompt.promptId !== promptId) throw badAnswer(`it is about prompt ${prompt.promptId}, not ${promptId}`);
  const dir = await mkdtemp(join(tmpdir(), 'softpost-prompt-'));
  try {
    for (const name of PROMPT_FILES) {
      const content = answer.files[name];
      if (content === undefined) throw badAnswer(`${name} is missing`);
      await writeFile(join(dir, name), content);
    }
    const { receipt, text } = await checkTransferred(site, dir, submitted);
    const { prompt: values, card } = await readPromptFolder(dir);
    // What is read is written anew: PEFT would obey more keys of adapter_config.json than a prompt needs.
    await writePromptFolder(outDir, values, card!, () => text);
    return { promptDir: outDir, prompt, receipt };
  } finally {
    await rm(dir, { recursive: true });
  }
}

/**
 * Checks the folder of a transferred prompt, which came just now or lies there from before.
 * @param submitted as of `getPrompt`
 * @throws SoftpostError as `getPrompt`
 */
export async function checkTransferred(
  site: Site,
  promptDir: string,
  submitted?: Digest,
): Promise<{ readonly receipt: VerifiedReceipt['receipt']; readonly text: string }> {
  const publicKey = await readSigningKey(site.config.keyFile);
  const { receipt, covers } = await verifyReceipt({ promptDir, publicKey });
  if (covers !== 'student-prompt') throw badAnswer('it is no transferred prompt');
  const text = await readReceipt(promptDir);
  const digest = digestOf(text);
  if (submitted !== undefined && digest !== submitted) {
    throw new SoftpostError('BAD_RECEIPT', 'receipt.json: it is that of another prompt than was submitted');
  }
  if (!submittedReceipts(site.memory).has(digest)) {
    throw new SoftpostError('BAD_RECEIPT', 'receipt.json: it was never submitted from this site');
  }
  return { receipt, text };
}

export interface RetransferOptions {
  /** Ask for one more transfer to this teacher, as the one that was asked for failed or was refused. @default false */
  readonly again?: boolean;
}

/**
 * Asks for the same submission for another teacher: it costs no epsilon. Once, however often it is called.
 * @throws SoftpostError UNKNOWN_ID; what the provider refuses with
 */
export async function retransfer(
  site: Site,
  promptId: Id,
  teacherId: Id,
  { again = false }: RetransferOptions,
  context: OutlastContext,
): Promise<Job> {
  const purpose = attemptAt(site.memory, `retransfer ${providerName(site)} ${promptId} ${teacherId}`, again);
  const { request: nonce } = site.memory.errand(purpose, () => randomBytes(16).toString('hex'));
  return outlast(
    () => site.egress.retransfer(asId('idempotency_key', nonce, 'SITE_DAMAGED'), promptId, teacherId),
    context,
  );
}
