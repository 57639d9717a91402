import { setTimeout as sleep } from 'node:timers/promises';
import { SoftpostError } from '@softpost/shared/errors';
import type { RunEvent } from '@softpost/shared/events';
import { expect, test } from 'vitest';
import { outlast } from './outlast.ts';

/** Fails three times, each after so many milliseconds. @returns the waits between, in milliseconds, and what was told */
async function failing(afterMs: number) {
  const events: RunEvent[] = [];
  const waits: number[] = [];
  let [calls, ended] = [0, performance.now()];
  const attempt = async (): Promise<number | undefined> => {
    waits.push(performance.now() - ended);
    if (++calls === 4) return calls;
    await sleep(afterMs);
    ended = performance.now();
    throw new SoftpostError('UNREACHABLE', 'away');
  };
  const context = { signal: new AbortController().signal, report: (event: RunEvent) => events.push(event) };
  await outlast(attempt, { ...context, firstWaitMs: 40, longestWaitMs: 80 });
  return { waits: waits.slice(1), events };
}

// Kills: waits that do not grow, or are not at least half of what they may be; an outage told with every try.
test('waits grow, and an outage is told once', async () => {
  const { waits, events } = await failing(0);
  // A timer of Node may come up to a millisecond early.
  for (const [index, least] of [20, 40, 40].entries()) expect(waits[index]).toBeGreaterThanOrEqual(least - 1);
  expect(events).toHaveLength(1);
});

// Kills: a watch that waits a minute after a connection that held for a day, because there was an outage before it.
test('after a connection that held they begin anew', async () => {
  expect((await failing(100)).events).toHaveLength(3);
});
