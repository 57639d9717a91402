/** @file Following a job to its end, over whatever happens to the connection meanwhile. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_CODES, isSoftpostError } from '@softpost/shared/errors';
import type { Report } from '@softpost/shared/events';
import { isOver, type Job } from '../answers.ts';
import type { Egress } from '../egress.ts';
import type { Id } from '../ids.ts';

export interface WatchContext {
  readonly report: Report;
  readonly signal: AbortSignal;
  /** First wait before the connection is tried again, in milliseconds; it doubles up to a minute. @default 500 */
  readonly firstWaitMs?: number;
}

const LONGEST_WAIT_MS = 60_000;

/**
 * Shows a job's events from the first on, each once and in order, and gives the job when it is over. A lost connection is tried again until it is there.
 * @throws the reason of `signal` when it is aborted, and the job itself goes on; SoftpostError UNKNOWN_ID, BAD_ANSWER
 */
export async function watchJob(
  egress: Egress,
  jobId: Id,
  { report, signal, firstWaitMs = 500 }: WatchContext,
): Promise<Job> {
  let shown = 0;
  let wait = firstWaitMs;
  for (;;) {
    try {
      for await (const event of egress.watchJob(jobId, shown, signal)) {
        // A provider that repeats an event, or goes back, is not followed.
        if (event.number <= shown) continue;
        shown = event.number;
        wait = firstWaitMs;
        if (event.shown) report(event.shown);
      }
      const job = await egress.getJob(jobId);
      if (isOver(job)) return job;
    } catch (error) {
      signal.throwIfAborted();
      if (!isOutage(error)) throw error;
      const message = `${(error as Error).message}; trying again`;
      if (wait === firstWaitMs) report({ kind: 'message', level: 'warning', message });
    }
    await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }
}

/** Whether it may be otherwise in a while. */
export function isOutage(error: unknown): boolean {
  return isSoftpostError(error) && ERROR_CODES[error.code].grpc === 'UNAVAILABLE';
}
