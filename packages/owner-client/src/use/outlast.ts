/** @file Trying again while the provider cannot be reached: what is long is interrupted now and then, and goes on where it was. */

import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '@softpost/shared/events';
import { isUnavailable } from '@softpost/shared/rpc/is-unavailable';

export interface OutlastContext {
  readonly report: Report;
  readonly signal: AbortSignal;
  /** First wait, in milliseconds; it doubles up to `longestWaitMs`, and starts again after progress. @default 500 */
  readonly firstWaitMs?: number;
  /** In milliseconds. @default a minute */
  readonly longestWaitMs?: number;
}

/**
 * Calls `attempt` until it gives a value. An outage is told once, until there is progress again; a connection that held for longer than the longest wait is
 * progress, too. Half of each wait is drawn, so that not all who were cut off at once come back at once.
 * @throws the reason of `signal` when it is aborted, and whatever `attempt` throws that is no outage
 */
export async function outlast<T>(
  attempt: (madeProgress: () => void) => Promise<T | undefined>,
  { report, signal, firstWaitMs = 500, longestWaitMs = 60_000 }: OutlastContext,
): Promise<T> {
  let wait = firstWaitMs;
  for (;;) {
    const begun = performance.now();
    try {
      const value = await attempt(() => {
        wait = firstWaitMs;
      });
      if (value !== undefined) return value;
    } catch (error) {
      signal.throwIfAborted();
      if (!isUnavailable(error)) throw error;
      if (performance.now() - begun > longestWaitMs) wait = firstWaitMs;
      if (wait === firstWaitMs)
        report({ kind: 'message', level: 'warning', message: `${error.message}; trying again` });
    }
    const half = Math.ceil(wait / 2);
    await sleep(half + randomInt(half + 1), undefined, { signal }).catch(() => signal.throwIfAborted());
    wait = Math.min(2 * wait, longestWaitMs);
  }
}
