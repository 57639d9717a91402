/** @file Where a provider keeps its state, as the configuration says: database and artifacts. */

import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactStore } from './artifacts/artifact-store.ts';
import { openFolderStore } from './artifacts/folder-store.ts';
import { openDatabase, type Database } from './database.ts';

export const storageSchema = z.object({
  /** The embedded database, artifacts, caches and work folders are in it where nothing else is said. */
  dataDir: z.string().min(1),
  /** Of PostgreSQL; SOFTPOST_DATABASE_URL goes before it. */
  databaseUrl: z.string().min(1).optional(),
  artifacts: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('folder'), dir: z.string().min(1) }),
      z.strictObject({
        kind: z.literal('s3'),
        bucket: z.string().min(1),
        prefix: z.string().optional(),
        region: z.string().optional(),
        endpoint: z.url().optional(),
      }),
    ])
    .optional(),
});

export type StorageSettings = Readonly<z.infer<typeof storageSchema>>;

export interface Storage {
  readonly database: Database;
  readonly store: ArtifactStore;
  close(): Promise<void>;
}

/** @throws FOLDER_IN_USE, CANNOT_WRITE, DATABASE_UNAVAILABLE, ARTIFACTS_UNAVAILABLE */
export async function openStorage(
  { dataDir, databaseUrl, artifacts }: StorageSettings,
  onError: (error: Error) => void,
): Promise<Storage> {
  const url = databaseUrlOf(databaseUrl);
  const database = await openDatabase({ dataDir, url, onError });
  try {
    const store = await openArtifacts(dataDir, artifacts);
    return {
      database,
      store,
      close: async () => {
        await store.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Undefined: the embedded one. */
export function databaseUrlOf(configured: string | undefined): string | undefined {
  return process.env['SOFTPOST_DATABASE_URL'] || configured;
}

async function openArtifacts(dataDir: string, settings: StorageSettings['artifacts']): Promise<ArtifactStore> {
  if (settings?.kind !== 's3') return openFolderStore(settings?.dir ?? join(dataDir, 'artifacts'));
  const { openS3Store } = await import('./artifacts/s3-store.ts');
  const { bucket, prefix = '', region, endpoint } = settings;
  return openS3Store({ bucket, prefix, region, endpoint, cacheDir: join(dataDir, 'artifact-cache') });
}
