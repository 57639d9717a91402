/** @file An accepted prompt as the folder that a transfer starts from: the bytes that were sent, and what the receipt says of them. */

import { writeReceivedPrompt } from '@softpost/shared/artifact/prompt-folder';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { statementOf } from '@softpost/shared/receipt/verify-receipt';
import type { AcceptedSubmission } from './accept-submission.ts';

/** @throws SoftpostError FILE_EXISTS, CANNOT_WRITE */
export async function writeSubmittedPrompt(
  dir: string,
  {
    prompt,
    virtualTokens,
    receipt,
    claim,
    task,
  }: Pick<AcceptedSubmission, 'prompt' | 'virtualTokens' | 'receipt' | 'claim' | 'task'>,
  { studentId, architecture, modelDigest, tokenizerDigest }: Manifest,
): Promise<void> {
  const { hiddenSize, objective } = architecture;
  await writeReceivedPrompt(
    dir,
    { bytes: prompt, virtualTokens, hiddenSize },
    {
      version: 1,
      task: task.name,
      step: 'tune',
      belongsTo: 'student',
      model: { name: studentId, objective },
      digests: { student: modelDigest, tokenizer: tokenizerDigest },
      privacy: statementOf(claim),
      details: {},
    },
    receipt,
  );
}
