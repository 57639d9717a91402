/** @file One job, from the moment that a worker takes it to its end, or to the moment that the worker gives it back. */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startComputeProcess } from '@softpost/shared/engine/compute-process';
import { isSoftpostError, SoftpostError, type ErrorCode } from '@softpost/shared/errors';
import type { Report } from '@softpost/shared/events';
import type { ProviderTasks } from '../compute.ts';
import type { Database } from '../store/database.ts';
import type { ArtifactStore } from '../store/artifacts/artifact-store.ts';
import type { JobKind } from '../store/rows.ts';
import type { Catalog } from './catalog.ts';
import { claimJob, endJob, tell, type Claim } from './claim.ts';
import { createEventWriter } from './event-writer.ts';
import { NEWS_CHANNEL } from './history.ts';
import type { QueuedJob } from './queue.ts';
import { repeat } from './repeat.ts';
import { shownText } from './shown-text.ts';
import { fetchCheckpoint, shareCheckpoints } from './shared-checkpoint.ts';
import type { Outcome, Work, Workplace } from './work.ts';

export interface RunSettings {
  readonly database: Database;
  readonly store: ArtifactStore;
  readonly catalog: Catalog;
  readonly works: Readonly<Record<JobKind, Work>>;
  /** Names this worker's disk. */
  readonly worker: string;
  /** Has a folder for each job. */
  readonly workDir: string;
  readonly threads?: number | undefined;
  /** Copy checkpoints to the artifact store so often; left out: workers share the disk, or there is one. */
  readonly shareEveryMs?: number | undefined;
  /** Faults beside the job itself, for the log. */
  readonly onError: (error: unknown) => void;
}

const LOOK_FOR_CANCEL_MS = 5000;
/** How long a step may take to its end when the job is to stop, before it is killed and what it did is done again later. */
const LAST_STEP_MS = 20_000;

/** What may be otherwise at the next try. */
const PASSING: readonly ErrorCode[] = [
  'COMPUTE_PROCESS_DIED',
  'DATABASE_UNAVAILABLE',
  'ARTIFACTS_UNAVAILABLE',
  'CANNOT_WRITE',
  // The compute process of a worker that was killed lived on for a moment, and finished.
  'FILE_EXISTS',
];

/** @throws what the job is to be tried again for */
export async function runJob({ jobId, signal, isLastTry }: QueuedJob, settings: RunSettings): Promise<void> {
  const { db } = settings.database;
  const claim = await claimJob(db, jobId);
  if (!claim) return;
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const cancel = await listenForCancel(settings.database, jobId, () =>
    stop.abort(new SoftpostError('CANCELLED', 'cancelled')),
  );
  try {
    await doWork(claim, stopped, (reason) => stop.abort(reason), settings);
  } catch (reason) {
    const fault = stop.signal.aborted && !signal.aborted ? (stop.signal.reason as unknown) : reason;
    await settle(claim, fault, { isCancelled: cancel.isCancelled(), isStopped: signal.aborted, isLastTry }, settings);
  } finally {
    await cancel.end();
  }
}

async function doWork(
  claim: Claim,
  signal: AbortSignal,
  giveUp: (reason: unknown) => void,
  settings: RunSettings,
): Promise<void> {
  const { database, workDir, onError } = settings;
  const dir = join(workDir, claim.job.id);
  const events = createEventWriter(database.db, claim, giveUp);
  try {
    const { report, message, save } = await compute(claim, dir, events.emit, signal, settings);
    await events.flush();
    signal.throwIfAborted();
    await database.db.transaction().execute(async (trx) => {
      const changes = { ...(await save?.(trx)), report: JSON.stringify(report) };
      await endJob(trx, claim, { state: 'succeeded', event: { message }, changes });
    });
  } finally {
    await events.flush();
  }
  await rm(dir, { recursive: true, force: true }).catch(onError);
}

/** The long part, in a process that ends with it. */
async function compute(
  claim: Claim,
  dir: string,
  emit: Report,
  signal: AbortSignal,
  { database: { db }, store, catalog, works, worker, threads, shareEveryMs, onError }: RunSettings,
): Promise<Outcome> {
  await mkdir(dir, { recursive: true });
  await fetchCheckpoint(store, claim, worker, dir);
  const sharing = shareCheckpoints(db, store, claim, { worker, dir, everyMs: shareEveryMs, onError });
  const child = startComputeProcess<ProviderTasks>(new URL('../compute.ts', import.meta.url));
  const call: Workplace['call'] = (task, options) =>
    child.call(task, options, { signal, onEvent: emit, killAfterMs: LAST_STEP_MS });
  try {
    return await works[claim.job.kind](claim.job, { db, store, catalog, call, dir, threads });
  } finally {
    await child.close();
    await sharing.end();
  }
}

interface Circumstances {
  readonly isCancelled: boolean;
  /** The worker stops, or has lost the job. */
  readonly isStopped: boolean;
  readonly isLastTry: boolean;
}

async function settle(
  claim: Claim,
  reason: unknown,
  { isCancelled, isStopped, isLastTry }: Circumstances,
  { database: { db }, onError }: RunSettings,
): Promise<void> {
  try {
    if (isCancelled) return await endJob(db, claim, { state: 'cancelled', event: { message: 'cancelled' } });
    if (isSoftpostError(reason) && reason.code === 'JOB_TAKEN_OVER') return;
    if (isStopped) throw reason;
    const { code, message, remedy } = asSoftpostError(reason);
    if ((!isSoftpostError(reason) || PASSING.includes(code)) && !isLastTry) {
      onError(reason);
      await tell(db, claim, { level: 'warning', message: `${message} It is tried again.` });
      throw reason;
    }
    const error = JSON.stringify({ code, message: shownText(message), remedy });
    await endJob(db, claim, { state: 'failed', event: { level: 'error', message }, changes: { error } });
  } catch (error) {
    if (!isSoftpostError(error) || error.code !== 'JOB_TAKEN_OVER') throw error;
  }
}

/** What is no error of ours may name anything, so it is kept for the log. */
function asSoftpostError(reason: unknown): SoftpostError {
  return isSoftpostError(reason)
    ? reason
    : new SoftpostError('ENGINE', 'The job failed unexpectedly.', { cause: reason });
}

/** Looks at the row at every news of the job and every few seconds. */
async function listenForCancel(
  { db, channel }: Database,
  jobId: string,
  onCancel: () => void,
): Promise<{ isCancelled(): boolean; end(): Promise<void> }> {
  let isCancelled = false;
  const look = async (): Promise<void> => {
    const job = await db.selectFrom('jobs').select('cancelRequestedAt').where('id', '=', jobId).executeTakeFirst();
    if (isCancelled || !job?.cancelRequestedAt) return;
    isCancelled = true;
    onCancel();
  };
  const endListening = await channel.listen(NEWS_CHANNEL, (id) => {
    if (id === jobId && !isCancelled) void look().catch(() => undefined);
  });
  const end = repeat(LOOK_FOR_CANCEL_MS, look, () => undefined);
  return {
    isCancelled: () => isCancelled,
    end: async () => {
      await endListening();
      await end();
    },
  };
}
