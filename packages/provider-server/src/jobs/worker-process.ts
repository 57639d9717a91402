/** @file A worker beside the server, or on a machine of its own: the same queue, the same artifacts. */

import { join } from 'node:path';
import { z } from 'zod';
import { SoftpostError } from '@softpost/shared/errors';
import { databaseUrlOf, openStorage, storageSchema } from '../store/open-storage.ts';
import { catalogSchema } from './catalog.ts';
import type { PrepareManifest } from './publish-job.ts';
import { startQueue } from './queue.ts';
import { startWorker } from './worker.ts';

export const workSchema = z.object({
  work: z
    .strictObject({
      /** Jobs at once, each in a process of its own. */
      concurrency: z.int().min(1).max(64).default(1),
      /** Inside one operation. The same number gives the same bits. @default what the machine has */
      threads: z.int().min(1).max(256).optional(),
      /** How often the checkpoint of a running job is copied to the artifact store, for the case that this worker is lost. */
      shareEverySeconds: z.number().positive().default(60),
    })
    .prefault({}),
});

/** What a worker reads of the provider's configuration; the rest is the server's. */
export const workerConfigSchema = storageSchema.extend(catalogSchema.shape).extend(workSchema.shape);

export type WorkerConfig = Readonly<z.infer<typeof workerConfigSchema>>;

interface WorkerProcessOptions {
  /** Without it, publications are left to workers that can sign. */
  readonly prepareManifest?: PrepareManifest;
  /** Stops it. */
  readonly signal: AbortSignal;
  readonly onStart: () => void;
  readonly onError: (error: unknown) => void;
}

/** Works until `signal` aborts. @throws BAD_OPTION without PostgreSQL; FOLDER_IN_USE, and what opening the storage throws */
export async function runWorkerProcess(
  { work, ...config }: WorkerConfig,
  { prepareManifest = cannotSign, signal, onStart, onError }: WorkerProcessOptions,
): Promise<void> {
  if (databaseUrlOf(config.databaseUrl) === undefined)
    throw new SoftpostError(
      'BAD_OPTION',
      'the embedded database works for the server alone: a worker of its own needs PostgreSQL, set SOFTPOST_DATABASE_URL',
    );
  const storage = await openStorage(config, onError);
  const { database, store } = storage;
  try {
    const queue = await startQueue(database, { onError });
    const worker = await startWorker({
      database,
      store,
      queue,
      catalog: config,
      prepareManifest,
      workDir: join(config.dataDir, 'work'),
      concurrency: work.concurrency,
      threads: work.threads,
      shareEveryMs: 1000 * work.shareEverySeconds,
      onError,
    });
    onStart();
    await aborted(signal);
    await worker.stop();
  } finally {
    await storage.close();
  }
}

const cannotSign: PrepareManifest = async () => {
  throw new SoftpostError('BAD_OPTION', 'this worker has no key to sign students with');
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
