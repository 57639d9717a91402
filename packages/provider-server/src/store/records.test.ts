/** @file What the other tables are asked, in both databases. */

import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { beforeEach, describe, expect, test } from 'vitest';
import { createApiKey, findApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { DATABASE_KINDS, emptyTables, testDatabase } from './database.fixture.ts';
import { countPrompts, deletePrompt, getPrompt, getSubmission, listPrompts } from './prompts.ts';
import { listReceipts } from './receipts.ts';
import type { Db } from './rows.ts';
import { addStudent, getStudent, listLogLeaves, listStudents, lockStudents, nextStudentVersion } from './students.ts';
import { createTenant, getTenant, limitOf, listTenants, setTenantLimits } from './tenants.ts';

const artifact = `sha256:${'0'.repeat(64)}` as const;
const task = { name: 'mood', template: '{text} It was', labels: [{ name: 'bad', words: ['bad'] }] } as const;

/** The embedded database's clock tells no more; rows of one millisecond are in the order of their random ids. */
const nextMillisecond = (): Promise<void> => setTimeout(2);

describe.each(DATABASE_KINDS)('%s', (kind) => {
  const database = testDatabase(kind);
  const db = (): Db => database().db;
  beforeEach(() => emptyTables(database()));

  const tenant = (name = 'one') => createTenant(db(), { name, ownerPublicKey: 'PEM' });

  test('tenants have names, certificates and limits of their own', async () => {
    const first = await createTenant(db(), { name: 'b', ownerPublicKey: 'PEM', certificateDigest: 'c' });
    expect(first).toMatchObject({ name: 'b', ownerPublicKey: 'PEM', certificateDigest: 'c', limits: {} });
    const second = await tenant('a');
    expect(await listTenants(db())).toEqual([second, first]);
    for (const taken of [{ name: 'a' }, { name: 'c', certificateDigest: 'c' }]) {
      const again = createTenant(db(), { ownerPublicKey: '', ...taken });
      await expect(again).rejects.toMatchObject(refusal('BAD_OPTION', /another tenant has/));
    }
    const changed = await setTenantLimits(db(), first.id, { queuedJobs: 3, storedPrompts: 0 });
    expect([limitOf(changed, 'queuedJobs'), limitOf(changed, 'storedPrompts')]).toEqual([3, 1000]);
    expect(await getTenant(db(), first.id)).toEqual(changed);
    for (const id of [randomUUID(), 'x'])
      await expect(getTenant(db(), id)).rejects.toMatchObject(refusal('UNKNOWN_ID', /^there is no such tenant$/));
  });

  // Kills: a revoked key that is still found; an operator's key bound to a tenant.
  test('keys are found until they are revoked', async () => {
    const { id: tenantId } = await tenant();
    const owner = await createApiKey(db(), { tenantId, role: 'owner', secretHash: 'h' });
    const operator = await createApiKey(db(), { tenantId: null, role: 'operator', secretHash: 'h' });
    expect(await findApiKey(db(), owner.id)).toEqual(owner);
    expect([await listApiKeys(db(), tenantId), await listApiKeys(db(), null)]).toEqual([[owner], [operator]]);
    await revokeApiKey(db(), owner.id);
    const [{ revokedAt }] = (await listApiKeys(db(), tenantId)) as [typeof owner];
    await revokeApiKey(db(), owner.id);
    expect(await listApiKeys(db(), tenantId)).toMatchObject([{ revokedAt }]);
    for (const id of [owner.id, randomUUID(), "x' or true"]) expect(await findApiKey(db(), id)).toBeUndefined();
    await expect(revokeApiKey(db(), randomUUID())).rejects.toMatchObject(refusal('UNKNOWN_ID', /key/));
    await expect(createApiKey(db(), { tenantId, role: 'operator', secretHash: '' })).rejects.toThrow('api_keys_check');
    await expect(createApiKey(db(), { tenantId: null, role: 'owner', secretHash: '' })).rejects.toThrow(
      'api_keys_check',
    );
  });

  async function prompt(tenantId: string): Promise<string> {
    const [id, submissionId, jobId] = [randomUUID(), randomUUID(), randomUUID()];
    const sent = { studentId: 's', studentVersion: 1, promptArtifact: artifact, receipt: '{}', signedEnvelope: '{}' };
    await db()
      .insertInto('submissions')
      .values({ id: submissionId, tenantId, ...sent, nonce: id, task: JSON.stringify(task) })
      .execute();
    const job = {
      id: jobId,
      tenantId,
      kind: 'transfer',
      options: '{}',
      idempotencyKey: id,
      requestDigest: '',
    } as const;
    await db().insertInto('jobs').values(job).execute();
    const made = { teacherId: 't', taskName: 'mood', verdict: 'better', artifact };
    await db()
      .insertInto('prompts')
      .values({ id, tenantId, submissionId, jobId, ...made })
      .execute();
    await nextMillisecond();
    return id;
  }

  // Kills: a read that forgets the tenant; a deleted prompt that is still there.
  test('prompts are their tenant’s alone, and gone when they are deleted', async () => {
    const [{ id: one }, { id: other }] = [await tenant('one'), await tenant('other')];
    const [first, second] = [await prompt(one), await prompt(one)];
    const unknown = refusal('UNKNOWN_ID', /^there is no such (prompt|submission)$/);
    const { submissionId } = await getPrompt(db(), one, first);
    expect(await getSubmission(db(), one, submissionId)).toMatchObject({ task, nonce: first });
    for (const action of [getPrompt, deletePrompt])
      await expect(action(db(), other, first)).rejects.toMatchObject(unknown);
    await expect(getSubmission(db(), other, submissionId)).rejects.toMatchObject(unknown);
    expect((await listPrompts(db(), one)).rows.map(({ id }) => id)).toEqual([second, first]);
    expect((await listPrompts(db(), other)).rows).toEqual([]);
    await deletePrompt(db(), one, first);
    await expect(getPrompt(db(), one, first)).rejects.toMatchObject(unknown);
    await expect(deletePrompt(db(), one, first)).rejects.toMatchObject(unknown);
    expect([await countPrompts(db(), one), await countPrompts(db(), other)]).toEqual([1, 0]);
    expect((await listPrompts(db(), one)).rows).toMatchObject([{ id: second, taskName: 'mood', verdict: 'better' }]);
  });

  test('receipts are read by tenant, page by page', async () => {
    const { id: tenantId } = await tenant();
    const receipts = ['{"a":1}', '{"a":2}', '{"a":3}'];
    for (const receipt of receipts) {
      await db()
        .insertInto('receipts')
        .values({ id: randomUUID(), tenantId, submissionId: randomUUID(), receipt })
        .execute();
      await nextMillisecond();
    }
    const first = await listReceipts(db(), tenantId, { pageSize: 2 });
    const rest = await listReceipts(db(), tenantId, { pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.rows, ...rest.rows].map(({ receipt }) => receipt)).toEqual(receipts.toReversed());
    expect(rest.nextPageToken).toBe('');
    await expect(listReceipts(db(), randomUUID())).rejects.toMatchObject(refusal('UNKNOWN_ID', /tenant/));
  });

  function publish(id: string): Promise<number> {
    return database()
      .db.transaction()
      .execute(async (trx) => {
        await lockStudents(trx);
        const version = await nextStudentVersion(trx, id);
        const files = [{ name: 'config.json', digest: artifact, sizeBytes: 2 ** 40 }];
        const { index } = await addStudent(trx, {
          id,
          version,
          teacherId: 't',
          manifest: `{"${id}":${version}}`,
          artifact,
          files,
          parameterCount: 8e9,
          leafHash: 'ab',
        });
        return index;
      });
  }

  // Kills: two publications at once that take the same version or the same place in the log.
  test('students have versions, and the log has a leaf for each, without gaps', async () => {
    const indices = await Promise.all(['a', 'b', 'a', 'b', 'a', 'c'].map(publish));
    expect(indices.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await listLogLeaves(db())).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await listStudents(db(), 10)).map(({ id, version }) => `${id}${version}`)).toEqual(['a3', 'b2', 'c1']);
    expect((await listStudents(db(), 1, 'a')).map(({ id }) => id)).toEqual(['b']);
    expect(await getStudent(db(), 'a')).toMatchObject({ version: 3, parameterCount: 8e9 });
    expect(await getStudent(db(), 'a', 2)).toMatchObject({ manifest: '{"a":2}', files: [{ sizeBytes: 2 ** 40 }] });
    for (const [id, version] of [
      ['a', 4],
      ['x', 0],
    ] as const)
      await expect(getStudent(db(), id, version)).rejects.toMatchObject(refusal('UNKNOWN_ID', /student/));
  });
});
