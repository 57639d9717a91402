/** @file What a job that did not succeed means to whoever waited for it. */

import { SoftpostError } from '@softpost/shared/errors';
import type { Job } from '../answers.ts';

/** Undefined for a job that succeeded, or is not over. */
export function jobFailure({ jobId, state, error }: Job): SoftpostError | undefined {
  if (state !== 'failed' && state !== 'cancelled') return undefined;
  const reason = error ? `: ${error.message} (${error.code}). ${error.remedy}` : '';
  return new SoftpostError('JOB_FAILED', `job ${jobId} ${state === 'failed' ? 'failed' : 'was cancelled'}${reason}`);
}
