/** @file The decision on a submission as a task of a compute process: what crosses can be cloned. */

import type { Receipt } from '@softpost/shared/receipt/receipt';
import type { Submission } from '@softpost/shared/submission/submission';
import { acceptSubmission, type SubmissionTerms } from './accept-submission.ts';
import type { ReceivedSubmission } from './received-submission.ts';

export interface Decision extends Pick<Submission, 'task' | 'choices'> {
  readonly virtualTokens: number;
  readonly claim: Receipt;
}

/** @throws what `acceptSubmission` throws */
export async function decide({
  received,
  terms,
}: {
  readonly received: ReceivedSubmission;
  readonly terms: SubmissionTerms;
}): Promise<Decision> {
  const { task, choices, virtualTokens, claim } = acceptSubmission(received, terms);
  return { task, choices, virtualTokens, claim };
}
