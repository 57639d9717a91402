/** @file Trying again while the provider cannot be reached: what is long is interrupted now and then, and goes on where it was. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_CODES, isSoftpostError } from '@softpost/shared/errors';
import type { Report } from '@softpost/shared/events';

export interface OutlastContext {
  readonly report: Report;
  readonly signal: AbortSignal;
  /** First wait, in milliseconds; it doubles up to a minute, and starts again after progress. @default 500 */
  readonly firstWaitMs?: number;
}

const LONGEST_WAIT_MS = 60_000;

/**
 * Calls `attempt` until it gives a value. An outage is told once, until there is progress again.
 * @throws the reason of `signal` when it is aborted, and whatever `attempt` throws that is no outage
 */
export async function outlast<T>(
  attempt: (madeProgress: () => void) => Promise<T | undefined>,
  { report, signal, firstWaitMs = 500 }: OutlastContext,
): Promise<T> {
  let wait = firstWaitMs;
  for (;;) {
    try {
      const value = await attempt(() => {
        wait = firstWaitMs;
      });
      if (value !== undefined) return value;
    } catch (error) {
      signal.throwIfAborted();
      if (!isOutage(error)) throw error;
      if (wait === firstWaitMs)
        report({ kind: 'message', level: 'warning', message: `${error.message}; trying again` });
    }
    await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }
}

/** Whether it may be otherwise in a while. */
function isOutage(error: unknown): error is Error {
  return isSoftpostError(error) && ERROR_CODES[error.code].grpc === 'UNAVAILABLE';
}
