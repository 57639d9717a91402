/**
 * @file The checkpoint of a job where workers have no disk in common: the steps write it into the work folder, from where it is
 * copied into the artifact store now and then; a worker that takes the job over begins by fetching it. Runs are deterministic,
 * so any checkpoint of the job leads to the same end, and an older one, or none, only to more work.
 */

import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '@softpost/shared/artifact/digest';
import { isSoftpostError } from '@softpost/shared/errors';
import type { ArtifactStore } from '../store/artifacts/artifact-store.ts';
import type { Db } from '../store/rows.ts';
import type { Claim } from './claim.ts';
import { repeat } from './repeat.ts';

const CHECKPOINT = /^[A-Za-z0-9][A-Za-z0-9.-]*\.checkpoint\.safetensors$/;

/** Puts the checkpoint that another worker left into the folder; what this one has itself is newer. @throws ARTIFACTS_UNAVAILABLE */
export async function fetchCheckpoint(
  store: ArtifactStore,
  { job: { checkpoint } }: Claim,
  worker: string,
  dir: string,
): Promise<void> {
  if (checkpoint === null || checkpoint.worker === worker) return;
  for (const name of await checkpointNames(dir)) await rm(join(dir, name));
  try {
    for (const [name, digest] of Object.entries(checkpoint.files))
      await copyFile(await store.path(digest), join(dir, name));
  } catch (error) {
    // The other worker came back and went on for a moment: it has replaced its checkpoint, and could not say so.
    if (!isSoftpostError(error) || error.code !== 'ARTIFACT_DAMAGED') throw error;
  }
}

export interface SharingOptions {
  /** Names this worker's disk. */
  readonly worker: string;
  /** The work folder of the job. */
  readonly dir: string;
  /** Undefined: not at all. */
  readonly everyMs: number | undefined;
  readonly onError: (error: unknown) => void;
}

/** Copies the checkpoint in `dir` from time to time, and a last time at the end, as often as it has changed. */
export function shareCheckpoints(
  db: Db,
  store: ArtifactStore,
  { job, attempt }: Claim,
  { worker, dir, everyMs, onError }: SharingOptions,
): { end(): Promise<void> } {
  let seen = '';
  let shared: Readonly<Record<string, Digest>> = job.checkpoint?.files ?? {};
  const share = async (): Promise<void> => {
    const names = await checkpointNames(dir);
    const times = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).mtimeMs));
    if (names.length === 0 || times.join() === seen) return;
    const files: Record<string, Digest> = {};
    for (const name of names) files[name] = (await store.put(join(dir, name))).digest;
    await db
      .updateTable('jobs')
      .set({ checkpoint: JSON.stringify({ worker, files }) })
      .where('id', '=', job.id)
      .where('state', '=', 'running')
      .where('attempt', '=', attempt)
      .execute();
    const kept = new Set(Object.values(files));
    for (const digest of Object.values(shared)) if (!kept.has(digest)) await store.delete(digest);
    shared = files;
    seen = times.join();
  };
  if (everyMs === undefined) return { end: async () => undefined };
  const stop = repeat(everyMs, share, onError);
  return {
    end: async () => {
      await stop();
      await share().catch(onError);
    },
  };
}

async function checkpointNames(dir: string): Promise<readonly string[]> {
  return (await readdir(dir)).filter((name) => CHECKPOINT.test(name)).sort();
}
