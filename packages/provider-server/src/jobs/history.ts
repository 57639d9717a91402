/**
 * @file The history of a job. A change of the job and the event that tells of it are one transaction, and the number of the event
 * comes from the job's own row: so numbers have no gaps, and nobody sees one event before all that have lower numbers.
 */

import { sql, type UpdateObject } from 'kysely';
import {
  MAX_INTEGER,
  type Db,
  type EventLevel,
  type Job,
  type JobEvent,
  type JobState,
  type Tables,
} from '../store/rows.ts';
import { inTransaction } from '../store/transaction.ts';
import { shownText } from './shown-text.ts';

/** Carries the id of a job that has news. */
export const NEWS_CHANNEL = 'softpost_job';

export interface NewEvent {
  readonly message?: string;
  readonly level?: EventLevel;
  readonly phase?: string;
  readonly step?: number;
  readonly steps?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** The job must still be so, or nothing is changed. */
export interface Guard {
  readonly state: JobState | readonly JobState[];
  /** The worker that took the job as this one of them still has it. */
  readonly attempt?: number;
}

type Changes = Omit<UpdateObject<Tables, 'jobs'>, 'lastEvent'>;

/** @returns the job as it is now; undefined when `guard` did not hold */
export async function record(
  db: Db,
  jobId: string,
  { state, attempt }: Guard,
  changes: Changes & { readonly state?: JobState },
  { message = '', level = 'info', phase = '', step = 0, steps = 0, metrics = {} }: NewEvent,
): Promise<Job | undefined> {
  return inTransaction(db, async (trx) => {
    const job = await trx
      .updateTable('jobs')
      .set({ ...changes, lastEvent: sql<number>`last_event + 1` })
      .where('id', '=', jobId)
      .where('state', 'in', typeof state === 'string' ? [state] : state)
      .$if(attempt !== undefined, (query) => query.where('attempt', '=', attempt!))
      .returningAll()
      .executeTakeFirst();
    if (!job) return undefined;
    const event = {
      level,
      message: shownText(message),
      phase,
      step,
      steps,
      metrics: JSON.stringify(metrics),
      state: changes.state ?? null,
    };
    await trx
      .insertInto('jobEvents')
      .values({ jobId, number: job.lastEvent, ...event })
      .execute();
    // Told when the transaction is committed.
    await sql`select pg_notify(${NEWS_CHANNEL}, ${jobId})`.execute(trx);
    return job;
  });
}

/** Events with a number above `after`, in order, at most `limit`. */
export async function readEvents(db: Db, jobId: string, after: number, limit: number): Promise<readonly JobEvent[]> {
  return db
    .selectFrom('jobEvents')
    .selectAll()
    .where('jobId', '=', jobId)
    .where('number', '>', Math.min(after, MAX_INTEGER))
    .orderBy('number')
    .limit(limit)
    .execute();
}
