/** @file A worker: takes jobs from the queue and does them, in this process or on a machine of its own. */

import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sweepArtifacts } from '../store/artifacts/sweep.ts';
import { lockFolder } from '../store/folder-lock.ts';
import { ENDED_STATES, type Db } from '../store/rows.ts';
import { isUuid } from '../store/unknown-id.ts';
import { giveUpJob } from './claim.ts';
import { distillJob } from './distill-job.ts';
import { evaluateJob } from './evaluate-job.ts';
import { publishJob, type PrepareManifest } from './publish-job.ts';
import type { JobQueue } from './queue.ts';
import { repeat } from './repeat.ts';
import { runJob, type RunSettings } from './run-job.ts';
import { transferJob } from './transfer-job.ts';

export interface WorkerOptions extends Omit<RunSettings, 'works' | 'worker'> {
  readonly queue: JobQueue;
  readonly prepareManifest: PrepareManifest;
  /** Jobs at once. @default 1 */
  readonly concurrency?: number;
  /** How often what nobody needs is removed. @default an hour */
  readonly tidyEveryMs?: number;
}

export interface Worker {
  /** Stops the jobs at hand between two steps and gives them back; they go on later, here or elsewhere. */
  stop(): Promise<void>;
}

const HOUR_MS = 3600 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** @throws FOLDER_IN_USE when another worker has the work folder; CANNOT_WRITE */
export async function startWorker({
  queue,
  prepareManifest,
  concurrency = 1,
  tidyEveryMs = HOUR_MS,
  ...settings
}: WorkerOptions): Promise<Worker> {
  const { database, workDir, onError } = settings;
  const lock = lockFolder(workDir);
  try {
    const worker = await workerName(workDir);
    const works = {
      distill: distillJob,
      publish: publishJob(prepareManifest),
      transfer: transferJob,
      evaluate: evaluateJob,
    };
    // No other process has an embedded database, so whoever had these jobs is gone: no need to wait for missing heartbeats.
    if (database.kind === 'embedded') await queue.release(await runningJobs(database.db));
    await removeOldWork(database.db, workDir).catch(onError);
    await queue.work(
      concurrency,
      (job) => runJob(job, { ...settings, works, worker }),
      (jobId) => giveUpJob(database.db, jobId),
    );
    const tidy = async (): Promise<void> => {
      await removeOldWork(database.db, workDir).catch(onError);
      await sweepArtifacts(database.db, settings.store);
    };
    const tidying = repeat(tidyEveryMs, tidy, onError);
    return {
      stop: async () => {
        await queue.stop();
        await tidying();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The same for as long as the folder is there. */
async function workerName(workDir: string): Promise<string> {
  const file = join(workDir, 'worker');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known) return known;
  const name = randomUUID();
  await writeFile(file, name);
  return name;
}

async function runningJobs(db: Db): Promise<readonly string[]> {
  const jobs = await db.selectFrom('jobs').select('id').where('state', '=', 'running').execute();
  return jobs.map(({ id }) => id);
}

/** The folders of jobs that failed or were cancelled are kept for a week, with their checkpoints. */
async function removeOldWork(db: Db, workDir: string): Promise<void> {
  for (const id of (await readdir(workDir)).filter(isUuid)) {
    // A job that ends takes its folder away.
    const found = await stat(join(workDir, id)).catch(() => undefined);
    if (!found || Date.now() - found.mtimeMs < WEEK_MS) continue;
    const job = await db.selectFrom('jobs').select('state').where('id', '=', id).executeTakeFirst();
    const isOpen = job && !ENDED_STATES.some((state) => state === job.state);
    if (!isOpen) await rm(join(workDir, id), { recursive: true, force: true });
  }
}
