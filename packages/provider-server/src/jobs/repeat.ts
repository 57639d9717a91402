/** @file A task that is done again and again beside the main work. */

import { setTimeout } from 'node:timers/promises';

/**
 * Calls `task` every `ms` milliseconds, the time it takes not counted.
 * @returns what ends it, after the call that is under way
 */
export function repeat(ms: number, task: () => Promise<void>, onError: (error: unknown) => void): () => Promise<void> {
  const stop = new AbortController();
  const wait = (): Promise<boolean> => setTimeout(ms, true, { signal: stop.signal }).catch(() => false);
  const done = (async () => {
    while (await wait()) await task().catch(onError);
  })();
  return async () => {
    stop.abort();
    await done;
  };
}
