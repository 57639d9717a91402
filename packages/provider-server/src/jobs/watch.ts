/**
 * @file Watching a job: its events from a number on, old ones first, then new ones as they come. What is sent comes from the table
 * alone, by number, so none is missed or sent twice; a notification only says when to look, and without one we look every second.
 */

import type { Database } from '../store/database.ts';
import { ENDED_STATES, type JobEvent } from '../store/rows.ts';
import { NEWS_CHANNEL, readEvents } from './history.ts';

const LOOK_EVERY_MS = 1000;
const MOST_AT_ONCE = 500;

/** Ends after the event with which the job ended. @throws what the signal is aborted with */
export async function* watchEvents(
  { db, channel }: Pick<Database, 'db' | 'channel'>,
  jobId: string,
  afterEvent: number,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent> {
  const bell = createBell();
  const endListening = await channel.listen(NEWS_CHANNEL, (id) => {
    if (id === jobId) bell.ring();
  });
  signal?.addEventListener('abort', bell.ring, { once: true });
  try {
    for (let last = afterEvent; ;) {
      signal?.throwIfAborted();
      bell.reset();
      const events = await readEvents(db, jobId, last, MOST_AT_ONCE);
      for (const event of events) {
        yield event;
        last = event.number;
      }
      if (events.length === MOST_AT_ONCE) continue;
      if (await hasEnded(db, jobId, last)) return;
      await bell.wait(LOOK_EVERY_MS);
    }
  } finally {
    signal?.removeEventListener('abort', bell.ring);
    await endListening();
  }
}

/** No event comes after `last`. */
async function hasEnded(db: Database['db'], jobId: string, last: number): Promise<boolean> {
  const job = await db.selectFrom('jobs').select(['state', 'lastEvent']).where('id', '=', jobId).executeTakeFirst();
  return !job || (ENDED_STATES.some((state) => state === job.state) && job.lastEvent <= last);
}

interface Bell {
  readonly ring: () => void;
  /** Forgets what rang before. */
  readonly reset: () => void;
  /** Until it rings, or has rung since the reset, or so many milliseconds have passed. */
  readonly wait: (ms: number) => Promise<void>;
}

function createBell(): Bell {
  let rung = false;
  let wake: () => void = () => undefined;
  return {
    ring: () => {
      rung = true;
      wake();
    },
    reset: () => {
      rung = false;
    },
    wait: (ms) =>
      rung
        ? Promise.resolve()
        : new Promise((resolve) => {
            const timer = setTimeout(resolve, ms);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          }),
  };
}
