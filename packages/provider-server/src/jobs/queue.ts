/**
 * @file The queue: pg-boss in the same database, so that a job and its place in the queue are one transaction. It decides who works
 * on a job and notices when a worker is lost; what a job is and what came of it stands in our own tables.
 */

import { fromKysely, PgBoss, type JobWithMetadata } from 'pg-boss';
import type { Database } from '../store/database.ts';
import type { Db } from '../store/rows.ts';

const QUEUE = 'softpost';
/** Where a job goes whose workers were all lost. */
const LOST = 'softpost-lost';

export interface QueueOptions {
  /** A worker that gives no sign for so long has lost its job; at least 10. @default 30 */
  readonly heartbeatSeconds?: number;
  /** How often it is looked for lost workers. @default 10 */
  readonly superviseSeconds?: number;
  /** How often a job is tried after the first time, after lost workers and failures that may pass. @default 20 */
  readonly retries?: number;
  /** @default 2 */
  readonly retryDelaySeconds?: number;
  readonly onError?: (error: Error) => void;
}

/** A job as a worker gets it. */
export interface QueuedJob {
  readonly jobId: string;
  /** Aborted when the job is no longer this worker's, or it shall stop. */
  readonly signal: AbortSignal;
  /** It is not tried again. */
  readonly isLastTry: boolean;
}

export interface JobQueue {
  enqueue(trx: Db, jobId: string): Promise<void>;
  /** Takes a job out that nobody has begun. */
  drop(trx: Db, jobId: string): Promise<void>;
  /** Puts jobs back whose workers are known to be gone. */
  release(jobIds: readonly string[]): Promise<void>;
  /**
   * Begins to work, at most `concurrency` jobs at once. A handler that throws has its job tried again.
   * @param onLost told of a job that nobody will try again
   */
  work(
    concurrency: number,
    handle: (job: QueuedJob) => Promise<void>,
    onLost: (jobId: string) => Promise<void>,
  ): Promise<void>;
  /** Takes no more jobs, aborts those at hand and waits for them; they go back to the queue. */
  stop(): Promise<void>;
}

interface Payload {
  readonly jobId: string;
}

/** pg-boss knows no longer time; a job that takes longer is taken up again from its checkpoint. */
const DAY_SECONDS = 24 * 3600;
const STOP_MS = 30_000;
/** New jobs are told of at once; those that are tried again, and those that were lost, must be looked for. */
const POLL_SECONDS = 2;

/** @throws DATABASE_UNAVAILABLE through the database */
export async function startQueue(
  { queue }: Pick<Database, 'queue'>,
  {
    heartbeatSeconds = 30,
    superviseSeconds = 10,
    retries = 20,
    retryDelaySeconds = 2,
    onError = () => undefined,
  }: QueueOptions = {},
): Promise<JobQueue> {
  const boss = new PgBoss({
    ...queue,
    schedule: false,
    registerInstance: false,
    useListenNotify: true,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
  });
  boss.on('error', onError);
  await boss.start();
  const lasting = { retentionSeconds: 365 * DAY_SECONDS, expireInSeconds: DAY_SECONDS };
  await boss.createQueue(LOST, lasting);
  await boss.createQueue(QUEUE, {
    ...lasting,
    heartbeatSeconds,
    retryLimit: retries,
    retryDelay: retryDelaySeconds,
    deadLetter: LOST,
    notify: true,
  });
  // It looks a queue up at the first use, with a query of its own; inside of a transaction PGlite would wait for ever for that.
  await boss.findJobs(QUEUE, { limit: 1 });

  const stopping = new AbortController();
  const inTrx = (trx: Db) => ({ db: fromKysely(trx.withoutPlugins()) });
  return {
    enqueue: async (trx, jobId) => {
      await boss.send(QUEUE, { jobId } satisfies Payload, { id: jobId, ...inTrx(trx) });
    },
    drop: async (trx, jobId) => {
      await boss.cancel(QUEUE, jobId, inTrx(trx));
    },
    release: async (jobIds) => {
      if (jobIds.length > 0) await boss.fail(QUEUE, [...jobIds], { message: 'the worker is gone' });
    },
    work: async (concurrency, handle, onLost) => {
      const polling = { pollingIntervalSeconds: POLL_SECONDS, notifyPollingIntervalSeconds: POLL_SECONDS };
      await boss.work<Payload>(LOST, polling, async ([lost]) => onLost(lost!.data.jobId));
      const options = { ...polling, localConcurrency: concurrency, includeMetadata: true } as const;
      const onJob = async ([job]: readonly JobWithMetadata<Payload>[]) => handle(asQueuedJob(job!, stopping.signal));
      await boss.work<Payload, void, typeof options>(QUEUE, options, onJob);
    },
    stop: async () => {
      stopping.abort();
      await boss.stop({ graceful: true, timeout: STOP_MS });
    },
  };
}

function asQueuedJob(
  { data, signal, retryCount, retryLimit }: JobWithMetadata<Payload>,
  stopping: AbortSignal,
): QueuedJob {
  return { jobId: data.jobId, signal: AbortSignal.any([signal, stopping]), isLastTry: retryCount >= retryLimit };
}
