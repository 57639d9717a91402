/** @file What stands behind the server, and behind a worker on another machine: database, artifacts, signing key, queue, and the work of jobs. */

import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { isSoftpostError } from '@softpost/shared/errors';
import { ensureSigningKey, readSigningKey } from '@softpost/shared/signature/signing-key';
import type { Logger } from 'pino';
import type { ProviderConfig } from './config.ts';
import type { Catalog } from './jobs/catalog.ts';
import { startQueue, type JobQueue } from './jobs/queue.ts';
import { startWorker } from './jobs/worker.ts';
import { manifestMaker } from './publish/make-manifest.ts';
import { signingKeyFile } from './signing-key-file.ts';
import type { ArtifactStore } from './store/artifacts/artifact-store.ts';
import type { Database } from './store/database.ts';
import { openStorage } from './store/open-storage.ts';

export interface Background {
  readonly database: Database;
  readonly store: ArtifactStore;
  readonly queue: JobQueue;
  readonly catalog: Catalog;
  /** Signs students and the log. */
  readonly key: KeyObject;
  /** Gives jobs at hand back, with their checkpoints, and closes everything. */
  stop(): Promise<void>;
}

/** @throws FOLDER_IN_USE, DATABASE_UNAVAILABLE, ARTIFACTS_UNAVAILABLE, BAD_KEY, FILE_NOT_FOUND, CANNOT_WRITE */
export async function openBackground(config: ProviderConfig, log: Logger): Promise<Background> {
  const { dataDir, maxAgreement, work } = config;
  const onError = (error: unknown): void => {
    const name = error instanceof Error ? error.name : typeof error;
    log.error({ error: isSoftpostError(error) ? error.code : name }, 'in the background');
  };
  const storage = await openStorage(config, onError);
  const { database, store } = storage;
  try {
    if (database.notice) log.warn(database.notice);
    const onCreate = ({ keyId }: { readonly keyId: string }): void => log.info({ keyId }, 'made the signing key');
    const file = signingKeyFile(config);
    // One that is named is another machine's too: a new one in its place would sign for nobody.
    const key = await (config.signingKey === undefined ? ensureSigningKey(file, onCreate) : readSigningKey(file));
    const queue = await startQueue(database, { onError });
    const catalog = { teachers: config.teachers, datasets: config.datasets, defaults: config.defaults };
    const prepareManifest = manifestMaker({ privateKey: key, strengthLimit: maxAgreement });
    const settings = { ...storage, catalog, queue, prepareManifest, onError, workDir: join(dataDir, 'work') };
    const { concurrency, threads, shareEverySeconds } = work;
    // Nobody else could take over a job of the embedded database.
    const shareEveryMs = database.kind === 'embedded' ? undefined : 1000 * shareEverySeconds;
    const worker =
      concurrency === 0 ? undefined : await startWorker({ ...settings, concurrency, threads, shareEveryMs });
    const stop = async (): Promise<void> => {
      await (worker ?? queue).stop();
      await storage.close();
    };
    return { database, store, queue, catalog, key, stop };
  } catch (error) {
    await storage.close();
    throw error;
  }
}
