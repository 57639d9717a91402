/** @file Removes what nothing names any more: files of deleted prompts, of failed submissions, of checkpoints that were replaced. */

import { sql } from 'kysely';
import type { Digest } from '@softpost/shared/artifact/digest';
import { ENDED_STATES, type Db } from '../rows.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { readFolder } from './stored-folder.ts';

/** What was put since may be about to be named: a submission stores its prompt first, and then its row. */
const DAY_MS = 24 * 3600 * 1000;

/** @returns how many files went */
export async function sweepArtifacts(db: Db, store: ArtifactStore, olderThanMs = DAY_MS): Promise<number> {
  const kept = new Set<Digest>(await checkpointFiles(db));
  for (const folder of await namedFolders(db)) {
    kept.add(folder);
    for (const { digest } of await readFolder(store, folder)) kept.add(digest);
  }
  let removed = 0;
  for await (const digest of store.list(olderThanMs)) {
    if (kept.has(digest)) continue;
    await store.delete(digest);
    removed++;
  }
  return removed;
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

async function checkpointFiles(db: Db): Promise<readonly Digest[]> {
  const jobs = await db.selectFrom('jobs').select('checkpoint').where('checkpoint', 'is not', null).execute();
  return jobs.flatMap(({ checkpoint }) => Object.values(checkpoint?.files ?? {}));
}
