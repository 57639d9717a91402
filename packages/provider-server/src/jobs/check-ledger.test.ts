/** @file Receipts of one tenant, one after the other, as they come from a ledger that only grows, and from ones that do not. */

import { randomUUID } from 'node:crypto';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { OPEN_BODY, ownerKey, PRIVATE_BODY, sealAltered } from '@softpost/shared/receipt/receipt.fixture';
import { sealReceipt } from '@softpost/shared/receipt/signed-receipt';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DATABASE_KINDS, emptyTables, testDatabase } from '../store/database.fixture.ts';
import { listReceipts } from '../store/receipts.ts';
import type { Job } from '../store/rows.ts';
import { createTenant, setTenantLimits } from '../store/tenants.ts';
import { createJobs } from './jobs.ts';
import { startQueue, type JobQueue } from './queue.ts';
import { contradiction } from './check-ledger.ts';
import { createTransfer } from './transfer-request.ts';

const DAY = '2026-02-28';
const OTHER_HASH = 'f'.repeat(64);
const ARTIFACT = `sha256:${'0'.repeat(64)}` as const;
const TASK = { name: 'mood', template: '{text} It was', labels: [{ name: 'bad', words: ['bad'] }] } as const;

/** In a ledger that only grows. */
function hashOf(sequence: number): string {
  return String(sequence).padStart(64, '0');
}

/** Of a run that ended with this entry. */
function receiptAt(sequence: number, { date = DAY, ledger = {} } = {}): string {
  const [previousHash, headHash] = [hashOf(sequence - 1), hashOf(sequence)];
  return sealAltered({ date, ledger: { ...PRIVATE_BODY.ledger, sequence, previousHash, headHash, ...ledger } });
}

describe.each(DATABASE_KINDS)('%s', (kind) => {
  const database = testDatabase(kind);
  let queue: JobQueue;
  let tenantId: string;

  async function newTenant(name: string): Promise<string> {
    return (await createTenant(database().db, { name, ownerPublicKey: 'PEM' })).id;
  }

  function submit(receipt: string, id = tenantId): Promise<Job> {
    const nonce = randomUUID();
    const sent = { studentId: 's', studentVersion: 1, promptArtifact: ARTIFACT, signedEnvelope: '{}' };
    return createTransfer(database().db, createJobs(database(), queue), {
      tenantId: id,
      idempotencyKey: nonce,
      submission: { ...sent, receipt, task: TASK, nonce },
      options: { teacherId: 't' },
    });
  }

  beforeAll(async () => {
    queue = await startQueue(database());
  });
  afterAll(() => queue.stop());
  beforeEach(async () => {
    await emptyTables(database());
    tenantId = await newTenant('one');
    await submit(receiptAt(21));
  });

  test('receipts of a ledger that grows are accepted, in whatever order they come', async () => {
    await submit(receiptAt(21));
    await submit(receiptAt(300, { date: '2026-04-01' }));
    await submit(receiptAt(22, { date: '2026-03-01' }));
    await submit(receiptAt(10, { date: '2026-01-03' }));
    await submit(receiptAt(20));
    // Two runs at a time, around midnight.
    await submit(receiptAt(19, { date: '2026-03-01' }));
    await submit(sealReceipt({ ...OPEN_BODY, date: '2025-01-01' }, ownerKey));
    expect((await listReceipts(database().db, tenantId)).rows).toHaveLength(8);
  });

  // Kills: T15, receipts kept and never compared; each of the five comparisons left out.
  test.each([
    ['another entry at the same place', 21, { ledger: { headHash: OTHER_HASH } }],
    ['another entry before the next one', 20, { ledger: { headHash: OTHER_HASH } }],
    ['another entry behind the last one', 22, { ledger: { previousHash: OTHER_HASH } }],
    ['a later day at an earlier place', 5, { date: '2026-03-02' }],
    ['an earlier day at a later place', 400, { date: '2026-02-26' }],
  ])('a ledger with %s is refused', async (_, sequence, change) => {
    await expect(submit(receiptAt(sequence, change))).rejects.toMatchObject(
      refusal('LEDGER_ROLLED_BACK', new RegExp(`entry ${sequence} of .* entry 21 `)),
    );
    expect((await listReceipts(database().db, tenantId)).rows).toHaveLength(1);
  });

  // Kills: a table of receipts read from end to end, while every other call waits.
  test('of many receipts the index finds those that matter', async () => {
    const { db } = database();
    const receipt = receiptAt(7);
    await sql`insert into receipts (id, tenant_id, submission_id, receipt, created_at)
      select gen_random_uuid(), ${tenantId}, gen_random_uuid(), replace(${receipt}, '"sequence":7', '"sequence":' || (1000 + 2 * n)),
        now() - interval '2 days' from generate_series(1, 10000) n`.execute(db);
    await sql`analyze receipts`.execute(db);
    const { receipt: claim } = JSON.parse(receiptAt(100_001)) as {
      readonly receipt: Parameters<typeof contradiction>[1];
    };
    const plan = await sql<object>`explain ${contradiction(tenantId, claim)}`.execute(db);
    expect(JSON.stringify(plan.rows)).toMatch(/Index (Only )?Scan/);
    expect(JSON.stringify(plan.rows)).not.toMatch(/Seq Scan/);
    await submit(receiptAt(100_001));
  });

  test('a tenant submits as often in a day as it may', async () => {
    await setTenantLimits(database().db, tenantId, { submissionsPerDay: 2 });
    await submit(receiptAt(22));
    await expect(submit(receiptAt(23))).rejects.toMatchObject(refusal('QUOTA_EXCEEDED', /2 submissions of the last/));
  });

  test('another tenant has another ledger', async () => {
    const another = receiptAt(21, { ledger: { headHash: OTHER_HASH } });
    expect(await submit(another, await newTenant('two'))).toMatchObject({ state: 'queued' });
  });
});
