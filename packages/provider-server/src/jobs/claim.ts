/**
 * @file Who has a job. Every worker that takes it gets a higher number (the attempt), and only the newest may write: one that was
 * thought dead and comes back finds that its number no longer counts, and changes nothing.
 */

import { sql } from 'kysely';
import { ERROR_CODES, SoftpostError } from '@softpost/shared/errors';
import type { Db, EndedState, Job, JobTable } from '../store/rows.ts';
import { record, type NewEvent } from './history.ts';

export interface Claim {
  readonly job: Job;
  readonly attempt: number;
}

/** Takes a job. Undefined when there is nothing to be done: it has ended, or was to be cancelled and now is. */
export async function claimJob(db: Db, jobId: string): Promise<Claim | undefined> {
  return db.transaction().execute(async (trx) => {
    const job = await trx.selectFrom('jobs').selectAll().where('id', '=', jobId).forUpdate().executeTakeFirst();
    const open = { state: ['queued', 'running'] } as const;
    if (job?.cancelRequestedAt) {
      await record(trx, jobId, open, ended('cancelled'), { message: 'cancelled' });
      return undefined;
    }
    const event: NewEvent =
      job?.state === 'running'
        ? { level: 'warning', message: 'taken up again: the last worker stopped or was lost' }
        : { message: 'started' };
    const changes = { state: 'running', attempt: sql<number>`attempt + 1` } as const;
    const claimed = await record(trx, jobId, open, changes, event);
    return claimed && { job: claimed, attempt: claimed.attempt };
  });
}

/** Adds to the history. @throws JOB_TAKEN_OVER */
export async function tell(db: Db, { job, attempt }: Claim, event: NewEvent): Promise<void> {
  if (!(await record(db, job.id, { state: 'running', attempt }, {}, event))) throw takenOver();
}

export interface Ending {
  readonly state: EndedState;
  readonly event: NewEvent;
  readonly changes?: Partial<Pick<JobTable, 'promptId' | 'studentId' | 'studentVersion' | 'artifact'>> & {
    readonly error?: string;
    readonly report?: string;
  };
}

/**
 * Ends the job, together with what else `trx` writes.
 * @throws JOB_TAKEN_OVER: the transaction must not be committed
 */
export async function endJob(trx: Db, { job, attempt }: Claim, { state, event, changes = {} }: Ending): Promise<void> {
  const all = { ...changes, ...ended(state) };
  if (!(await record(trx, job.id, { state: 'running', attempt }, all, event))) throw takenOver();
}

/** The queue has tried the job as often as it may, and no worker lived to say why it ended. */
export async function giveUpJob(db: Db, jobId: string): Promise<void> {
  const code = 'COMPUTE_PROCESS_DIED';
  const message = 'Every worker that took the job was lost.';
  const error = JSON.stringify({ code, message, remedy: ERROR_CODES[code].remedy });
  const changes = { ...ended('failed'), error };
  await record(db, jobId, { state: ['queued', 'running'] }, changes, { level: 'error', message });
}

/** Nobody goes on with it: what was shared of it is of no use any more. */
function ended<State extends EndedState>(state: State) {
  return { state, endedAt: new Date(), checkpoint: null };
}

function takenOver(): SoftpostError {
  return new SoftpostError('JOB_TAKEN_OVER', 'another worker has the job');
}
