/** @file Submitting a tuned prompt: the one act by which something made of private data leaves the site. */

import { SoftpostError } from '@softpost/shared/errors';
import { openReceipt } from '@softpost/shared/receipt/signed-receipt';
import { checkTask } from '@softpost/shared/submission/limits';
import type { TransferChoices } from '@softpost/shared/submission/submission';
import { readTask } from '@softpost/shared/text/task';
import type { Job } from '../answers.ts';
import { asId } from '../ids.ts';
import { fetchedAs } from '../fetch-student/fetched-as.ts';
import type { Site } from '../site.ts';
import { outlast, type OutlastContext } from '../use/outlast.ts';
import { sealPrompt } from './sealed-prompt.ts';
import { sealSubmission } from './sealed-submission.ts';
import { readSigningKey } from '@softpost/shared/signature/signing-key';

export interface SubmitOptions {
  readonly promptDir: string;
  readonly taskFile: string;
  readonly choices: TransferChoices;
  /** `--no-dp`, said again. */
  readonly noDp: boolean;
  /** Ask for one more transfer of what was submitted before. @default false */
  readonly again?: boolean;
}

/**
 * Submits a prompt, once however often it is called: a repeated call gives the same job, also after a crash in between.
 * @throws what `sealPrompt` throws; SoftpostError BAD_TASK_FILE; PROMPT_MISMATCH for a student that was not fetched from this provider; what the provider refuses with
 */
export async function submit(
  site: Site,
  { promptDir, taskFile, choices, noDp, again = false }: SubmitOptions,
  context: OutlastContext,
): Promise<Job> {
  const key = await readSigningKey(site.config.keyFile);
  const prompt = await sealPrompt({ promptDir, key, noDp });
  const { studentDigest } = openReceipt(prompt.receipt, key);
  const student = fetchedAs(site, studentDigest);
  if (student === undefined) {
    const message = `${promptDir} was tuned on a student that was not fetched from ${site.config.provider.address}`;
    throw new SoftpostError('PROMPT_MISMATCH', message);
  }
  const task = await readTask(taskFile);
  checkTask(task, taskFile);
  const parts = { prompt, ...student, studentDigest, task, choices, again };
  const { submission, purpose, jobId } = sealSubmission(parts, { ...site, key });
  return outlast(async () => {
    if (jobId !== undefined) return site.egress.getJob(asId('job', jobId, 'SITE_DAMAGED'));
    const job = await site.egress.submit(submission);
    site.memory.settle(purpose, job.jobId);
    return job;
  }, context);
}
