/** @file Removes what nothing names any more: files of deleted prompts, of failed submissions, of checkpoints that were replaced. */

import { sql } from 'kysely';
import type { Digest } from '@softpost/shared/artifact/digest';
import { isSoftpostError, type SoftpostError } from '@softpost/shared/errors';
import { ENDED_STATES, type Db } from '../rows.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { readFolder } from './stored-folder.ts';

/** What was put since may be about to be named: a submission stores its prompt first, and then its row. */
const DAY_MS = 24 * 3600 * 1000;

/**
 * @returns how many files went
 * @throws ARTIFACT_DAMAGED, once all is done, for a folder in use without a sound index: nobody knows then which files it had, so that only those
 *   of folders that were given up went; ARTIFACTS_UNAVAILABLE
 */
export async function sweepArtifacts(db: Db, store: ArtifactStore, olderThanMs = DAY_MS): Promise<number> {
  const { files, damage } = await filesOf(store, await namedFolders(db));
  const kept = new Set([...files, ...(await checkpointFiles(db))]);
  const goes = damage && (await filesOf(store, await givenUpFolders(db))).files;
  let removed = 0;
  for await (const digest of store.list(olderThanMs)) {
    if (kept.has(digest) || goes?.has(digest) === false) continue;
    await store.delete(digest);
    removed++;
  }
  if (damage) throw damage;
  return removed;
}

interface Files {
  /** With the indexes. */
  readonly files: ReadonlySet<Digest>;
  /** Of the first folder that cannot be read. */
  readonly damage: SoftpostError | undefined;
}

async function filesOf(store: ArtifactStore, folders: ReadonlySet<Digest>): Promise<Files> {
  const files = new Set(folders);
  let damage: SoftpostError | undefined;
  for (const folder of folders) {
    try {
      for (const { digest } of await readFolder(store, folder)) files.add(digest);
    } catch (error) {
      if (!isSoftpostError(error) || error.code !== 'ARTIFACT_DAMAGED') throw error;
      damage ??= error;
    }
  }
  return { files, damage };
}

/** A submission is needed as long as a prompt or an unfinished job is from it. */
async function namedFolders(db: Db): Promise<ReadonlySet<Digest>> {
  const prompts = await db
    .selectFrom('prompts')
    .innerJoin('submissions', 'submissions.id', 'prompts.submissionId')
    .select(['prompts.artifact', 'submissions.promptArtifact'])
    .where('prompts.deletedAt', 'is', null)
    .execute();
  const waiting = await db
    .selectFrom('submissions')
    .innerJoin('jobs', (join) => join.on(sql<boolean>`jobs.options ->> 'submissionId' = submissions.id::text`))
    .select('submissions.promptArtifact')
    .where('jobs.kind', '=', 'transfer')
    .where('jobs.state', 'not in', ENDED_STATES)
    .execute();
  const students = await db.selectFrom('students').select('artifact').execute();
  const distilled = await db
    .selectFrom('jobs')
    .select('artifact')
    .where('kind', '=', 'distill')
    .where('artifact', 'is not', null)
    .execute();
  return new Set([
    ...prompts.flatMap(({ artifact, promptArtifact }) => [artifact, promptArtifact]),
    ...waiting.map(({ promptArtifact }) => promptArtifact),
    ...students.map(({ artifact }) => artifact),
    ...distilled.flatMap(({ artifact }) => artifact ?? []),
  ]);
}

/** Of deleted prompts, and all that were ever submitted: some of it may be in use elsewhere. */
async function givenUpFolders(db: Db): Promise<ReadonlySet<Digest>> {
  const deleted = await db.selectFrom('prompts').select('artifact').where('deletedAt', 'is not', null).execute();
  const submitted = await db.selectFrom('submissions').select('promptArtifact').execute();
  return new Set([...deleted.map(({ artifact }) => artifact), ...submitted.map((row) => row.promptArtifact)]);
}

async function checkpointFiles(db: Db): Promise<readonly Digest[]> {
  const jobs = await db
    .selectFrom('jobs')
    .select('checkpoint')
    .where('checkpoint', 'is not', null)
    .where('state', 'not in', ENDED_STATES)
    .execute();
  return jobs.flatMap(({ checkpoint }) => Object.values(checkpoint?.files ?? {}));
}
