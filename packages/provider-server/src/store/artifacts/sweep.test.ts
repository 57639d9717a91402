import { randomUUID } from 'node:crypto';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import type { Digest } from '@softpost/shared/artifact/digest';
import { beforeEach, describe, expect, test } from 'vitest';
import { DATABASE_KINDS, emptyTables, testDatabase } from '../database.fixture.ts';
import { deletePrompt } from '../prompts.ts';
import { createTenant } from '../tenants.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { openFolderStore } from './folder-store.ts';
import { putFiles, readFolder } from './stored-folder.ts';
import { sweepArtifacts } from './sweep.ts';

describe.each(DATABASE_KINDS)('%s', (kind) => {
  const database = testDatabase(kind);
  let store: ArtifactStore;
  let tenantId: string;
  beforeEach(async () => {
    await emptyTables(database());
    store = await openFolderStore(await temporaryFolder());
    tenantId = (await createTenant(database().db, { name: 'one', ownerPublicKey: '' })).id;
  });

  const folder = (name: string) => putFiles(store, { 'config.json': Buffer.from('{}'), [name]: Buffer.from(name) });

  async function transfer(name: string, state: 'queued' | 'running' | 'succeeded' | 'cancelled') {
    const { db } = database();
    const [submissionId, jobId] = [randomUUID(), randomUUID()];
    const submitted = await folder(`submitted-${name}`);
    const sent = { studentId: 's', studentVersion: 1, receipt: '', signedEnvelope: '', nonce: name, task: '{}' };
    await db
      .insertInto('submissions')
      .values({ id: submissionId, tenantId, promptArtifact: submitted, ...sent })
      .execute();
    const job = { id: jobId, tenantId, kind: 'transfer', idempotencyKey: name, requestDigest: '' } as const;
    const endedAt = state === 'succeeded' || state === 'cancelled' ? new Date() : null;
    await db
      .insertInto('jobs')
      .values({ ...job, state, endedAt, options: JSON.stringify({ submissionId }) })
      .execute();
    const artifact = await folder(`prompt-${name}`);
    if (state !== 'succeeded') return { submitted, artifact, promptId: '' };
    const promptId = randomUUID();
    const prompt = { submissionId, jobId, teacherId: 't', taskName: '', verdict: '', artifact };
    await db
      .insertInto('prompts')
      .values({ id: promptId, tenantId, ...prompt })
      .execute();
    return { submitted, artifact, promptId };
  }

  // Kills: a sweep that forgets one of the tables, and so destroys what is in use; one that keeps what was deleted.
  test('what is named stays, with every file of it, and the rest goes', async () => {
    const { db } = database();
    const [used, deleted, queued, running, cancelled] = [
      await transfer('used', 'succeeded'),
      await transfer('deleted', 'succeeded'),
      await transfer('queued', 'queued'),
      await transfer('running', 'running'),
      await transfer('cancelled', 'cancelled'),
    ];
    await deletePrompt(db, tenantId, deleted.promptId);
    const student = await folder('student');
    const row = { id: 's', version: 1, teacherId: 't', manifest: '', files: '[]', parameterCount: 1 };
    await db
      .insertInto('students')
      .values({ ...row, artifact: student })
      .execute();
    const distilled = await folder('distilled');
    const checkpoint = (await store.put(Buffer.from('checkpoint'))).digest;
    const endedCheckpoint = (await store.put(Buffer.from('checkpoint of an ended job'))).digest;
    const job = { tenantId: null, kind: 'distill', options: '{}', requestDigest: '' } as const;
    await db
      .insertInto('jobs')
      .values([
        { ...job, id: randomUUID(), idempotencyKey: 'a', state: 'succeeded', endedAt: new Date(), artifact: distilled },
        {
          ...job,
          id: randomUUID(),
          idempotencyKey: 'b',
          state: 'running',
          checkpoint: JSON.stringify({ worker: 'w', files: { x: checkpoint } }),
        },
        {
          ...job,
          id: randomUUID(),
          idempotencyKey: 'c',
          state: 'cancelled',
          endedAt: new Date(),
          checkpoint: JSON.stringify({ worker: 'w', files: { x: endedCheckpoint } }),
        },
      ])
      .execute();
    const stale = (await store.put(Buffer.from('stale'))).digest;

    expect(await sweepArtifacts(db, store)).toBe(0);
    // Two folders of the deleted and of the cancelled one, with one file each that no other has; two prompts that were never made.
    expect(await sweepArtifacts(db, store, 0)).toBe(4 * 2 + 2 * 2 + 2);
    for (const each of [used.submitted, used.artifact, queued.submitted, running.submitted, student, distilled])
      for (const { digest } of await readFolder(store, each)) expect(await store.has(digest)).toBe(true);
    expect(await store.has(checkpoint)).toBe(true);
    const gone: readonly Digest[] = [
      stale,
      endedCheckpoint,
      deleted.submitted,
      deleted.artifact,
      cancelled.submitted,
      cancelled.artifact,
    ];
    for (const each of gone) expect(await store.has(each)).toBe(false);
    expect(await sweepArtifacts(db, store, 0)).toBe(0);
  });

  // Kills: a sweep that ends at the first folder it cannot read, for good; one that takes what the unreadable folder may have had.
  test('where the index of one folder is lost, only what was given up goes', async () => {
    const { db } = database();
    const [damaged, deleted] = [await transfer('damaged', 'succeeded'), await transfer('deleted', 'succeeded')];
    const files = await readFolder(store, damaged.artifact);
    const stale = (await store.put(Buffer.from('stale'))).digest;
    await store.delete(damaged.artifact);
    await deletePrompt(db, tenantId, deleted.promptId);
    await expect(sweepArtifacts(db, store, 0)).rejects.toMatchObject(
      refusal('ARTIFACT_DAMAGED', new RegExp(damaged.artifact)),
    );
    for (const each of [deleted.submitted, deleted.artifact]) expect(await store.has(each)).toBe(false);
    for (const each of [...files.map(({ digest }) => digest), damaged.submitted, stale])
      expect(await store.has(each)).toBe(true);
    await folder('prompt-damaged');
    expect(await sweepArtifacts(db, store, 0)).toBe(1);
  });
});
