/** @file Jobs in both databases: made, listed, watched, cancelled, taken by workers. No job is computed here. */

import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DATABASE_KINDS, emptyTables, testDatabase } from '../store/database.fixture.ts';
import type { JobEvent } from '../store/rows.ts';
import { createTenant } from '../store/tenants.ts';
import { claimJob, endJob, giveUpJob, tell } from './claim.ts';
import { createJobs, type Jobs, type NewJob } from './jobs.ts';
import { startQueue, type JobQueue, type QueuedJob } from './queue.ts';

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe.each(DATABASE_KINDS)('%s', (kind) => {
  const database = testDatabase(kind);
  let queue: JobQueue;
  let jobs: Jobs;
  let tenantId: string;
  let otherId: string;
  /** What the queue hands out, as long as somebody waits for it. */
  const handed: QueuedJob[] = [];
  const givenUp: string[] = [];
  let handle: (job: QueuedJob) => Promise<void> = async () => undefined;

  beforeAll(async () => {
    queue = await startQueue(database(), { retries: 1, retryDelaySeconds: 0 });
    jobs = createJobs(database(), queue);
    const hand = async (job: QueuedJob): Promise<void> => {
      handed.push(job);
      await handle(job);
    };
    await queue.work(2, hand, async (id) => void givenUp.push(id));
  });

  afterAll(() => queue.stop());

  beforeEach(async () => {
    handle = async () => undefined;
    await setTimeout(50);
    handed.length = 0;
    givenUp.length = 0;
    await emptyTables(database());
    [tenantId, otherId] = (await Promise.all(
      ['one', 'other'].map(async (name) => (await createTenant(database().db, { name, ownerPublicKey: '' })).id),
    )) as [string, string];
  });

  const evaluation = (change: Partial<NewJob<'evaluate'>> = {}): NewJob<'evaluate'> => ({
    tenantId,
    kind: 'evaluate',
    options: { teacherId: 'teacher', datasetId: 'set' },
    idempotencyKey: randomUUID(),
    ...change,
  });
  const create = (change?: Partial<NewJob<'evaluate'>>) => jobs.create(database().db, evaluation(change));

  async function watch(id: string, after = 0): Promise<readonly JobEvent[]> {
    return all(jobs.watch(tenantId, id, after, AbortSignal.timeout(20_000)));
  }

  test('a new job is queued, and the queue hands it out', async () => {
    const job = await create();
    expect(job).toMatchObject({
      tenantId,
      kind: 'evaluate',
      state: 'queued',
      attempt: 0,
      lastEvent: 1,
      error: null,
      endedAt: null,
    });
    await expect.poll(() => handed.map(({ jobId }) => jobId), { timeout: 10_000 }).toEqual([job.id]);
    expect(await jobs.get(tenantId, job.id)).toEqual(job);
  });

  // Kills: a queue that is written to beside the transaction; a deadlock with the only connection of PGlite.
  test('a job whose transaction is rolled back was never there', async () => {
    const { db } = database();
    const rolledBack = db.transaction().execute(async (trx) => {
      await jobs.create(trx, evaluation());
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    await setTimeout(300);
    expect(handed).toEqual([]);
    expect((await jobs.list(null)).rows).toEqual([]);
  });

  // Kills: a check of the key outside of the transaction; a key that counts for all tenants; a request that is not compared.
  test('a key and its request make one job, however often and at once they come', async () => {
    const idempotencyKey = 'key-1';
    const made = await Promise.all(Array.from({ length: 8 }, () => create({ idempotencyKey })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await create({ idempotencyKey })).toMatchObject({ id: made[0]!.id });
    const others = await Promise.all([
      create({ idempotencyKey, tenantId: otherId }),
      create({ idempotencyKey, tenantId: null }),
    ]);
    expect(new Set([made[0]!.id, ...others.map(({ id }) => id)]).size).toBe(3);
    const operators = await Promise.all(
      Array.from({ length: 4 }, () => create({ idempotencyKey: 'key-2', tenantId: null })),
    );
    expect(new Set(operators.map(({ id }) => id)).size).toBe(1);
    const changed = create({ idempotencyKey, options: { teacherId: 'teacher', datasetId: 'another' } });
    await expect(changed).rejects.toMatchObject(refusal('REQUEST_CHANGED', /another request/));
    await expect.poll(() => handed.length, { timeout: 10_000 }).toBe(4);
  });

  // Kills: a count and an insert that two requests can do between each other.
  test('a tenant has as many unfinished jobs as it may, and no more', async () => {
    const { id } = await createTenant(database().db, {
      name: 'small',
      ownerPublicKey: '',
      limits: { queuedJobs: 2, stepsPerJob: 10 },
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => create({ tenantId: id })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const [first] = (await jobs.list(id)).rows;
    await expect(create({ tenantId: id })).rejects.toMatchObject(
      refusal('QUOTA_EXCEEDED', /2 unfinished jobs, of at most 2/),
    );
    await jobs.cancel(id, first!.id);
    await create({ tenantId: id });
    await expect(create({ tenantId: randomUUID() })).rejects.toMatchObject(refusal('UNKNOWN_ID', /tenant/));
  });

  test('what another tenant has is not there', async () => {
    const { id } = await create();
    const unknown = refusal('UNKNOWN_ID', /^there is no such job$/);
    for (const each of [id, randomUUID(), 'x', '']) {
      const scope = each === id ? otherId : tenantId;
      await expect(jobs.get(scope, each)).rejects.toMatchObject(unknown);
      await expect(jobs.cancel(scope, each)).rejects.toMatchObject(unknown);
      await expect(all(jobs.watch(scope, each, 0))).rejects.toMatchObject(unknown);
    }
    expect((await jobs.list(otherId)).rows).toEqual([]);
    expect(await jobs.get(null, id)).toMatchObject({ id });
  });

  test('pages hold every job once, also where new ones come and times are equal', async () => {
    const { db } = database();
    const ids = await db.transaction().execute(async (trx) => {
      const made: string[] = [];
      for (let index = 0; index < 5; index++) made.push((await jobs.create(trx, evaluation())).id);
      return made;
    });
    const seen: string[] = [];
    for (let pageToken = '', pages = 0; pages === 0 || pageToken !== ''; pages++) {
      const { rows, nextPageToken } = await jobs.list(tenantId, { pageSize: 2, pageToken });
      seen.push(...rows.map(({ id }) => id));
      pageToken = nextPageToken;
      if (pages === 0) await create();
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    await expect(jobs.list(tenantId, { pageToken: 'x' })).rejects.toMatchObject(refusal('BAD_OPTION', /page token/));
  });

  test('options are checked before there is a job', async () => {
    const bad = create({ options: { teacherId: '../x', datasetId: 'set' } });
    await expect(bad).rejects.toMatchObject(refusal('BAD_OPTION', /options of a evaluate job: "teacherId"/));
    expect((await jobs.list(tenantId)).rows).toEqual([]);
  });

  // Kills: numbers taken outside of the transaction that writes the event, which leave gaps and come out of order.
  test('a watcher sees every event once and in order, old ones and new ones, from any number on', async () => {
    const { id } = await create();
    const early = watch(id);
    const claim = (await claimJob(database().db, id))!;
    await Promise.all(Array.from({ length: 20 }, (_, step) => tell(database().db, claim, { phase: 'tell', step })));
    const late = watch(id, 5);
    await Promise.all(Array.from({ length: 20 }, (_, step) => tell(database().db, claim, { phase: 'tell', step })));
    await endJob(database().db, claim, { state: 'succeeded', event: { message: 'done' } });
    const numbers = (events: readonly JobEvent[]): readonly number[] => events.map(({ number }) => number);
    const every = Array.from({ length: 43 }, (_, index) => index + 1);
    expect(numbers(await early)).toEqual(every);
    expect(numbers(await late)).toEqual(every.slice(5));
    expect(numbers(await watch(id, 40))).toEqual([41, 42, 43]);
    expect(await watch(id, 43)).toEqual([]);
    expect(await watch(id, 99)).toEqual([]);
    const states = (await early).map(({ state }) => state).filter((state) => state !== null);
    expect(states).toEqual(['queued', 'running', 'succeeded']);
  });

  test('a watcher that goes away leaves nothing behind', async () => {
    const { id } = await create();
    const stop = new AbortController();
    const events = jobs.watch(tenantId, id, 0, stop.signal);
    const seen = (async () => {
      for await (const { number } of events) if (number === 1) stop.abort(new Error('gone'));
    })();
    await expect(seen).rejects.toThrow('gone');
  });

  test('a queued job is cancelled at once, and no worker gets it', async () => {
    handle = () => setTimeout(1500);
    await Promise.all([create(), create()]);
    await expect.poll(() => handed.length, { timeout: 10_000 }).toBe(2);
    const { id } = await create();
    const cancelled = await jobs.cancel(tenantId, id);
    expect(cancelled).toMatchObject({ state: 'cancelled', endedAt: expect.any(Date) as Date });
    expect(await jobs.cancel(tenantId, id)).toEqual(cancelled);
    expect((await watch(id)).map(({ state }) => state)).toEqual(['queued', 'cancelled']);
    expect(await claimJob(database().db, id)).toBeUndefined();
    await setTimeout(2000);
    expect(handed).toHaveLength(2);
  });

  test('a running job is asked once to stop, and a worker that takes it later only ends it', async () => {
    const { id } = await create();
    await claimJob(database().db, id);
    const asked = await jobs.cancel(tenantId, id);
    expect(asked).toMatchObject({ state: 'running', cancelRequestedAt: expect.any(Date) as Date });
    expect(await jobs.cancel(tenantId, id)).toEqual(asked);
    expect(await claimJob(database().db, id)).toBeUndefined();
    expect(await jobs.get(tenantId, id)).toMatchObject({ state: 'cancelled', attempt: 1 });
  });

  // Kills: a result written by a worker that was thought dead, beside that of the one that has the job now.
  // Kills: files that are kept as long as the row of a job whose workers were lost.
  test.each(['cancelled', 'failed'] as const)(
    'a job that is %s without a worker leaves no checkpoint',
    async (state) => {
      const { db } = database();
      const { id } = await create();
      await claimJob(db, id);
      const checkpoint = JSON.stringify({ worker: 'w', files: { x: `sha256:${'0'.repeat(64)}` } });
      await db.updateTable('jobs').set({ checkpoint }).where('id', '=', id).execute();
      if (state === 'failed') await giveUpJob(db, id);
      else {
        await jobs.cancel(null, id);
        expect(await claimJob(db, id)).toBe(undefined);
      }
      expect(await jobs.get(null, id)).toMatchObject({ state, checkpoint: null });
    },
  );

  test('only the worker that took the job last writes anything', async () => {
    const { id } = await create();
    const { db } = database();
    const lost = (await claimJob(db, id))!;
    const now = (await claimJob(db, id))!;
    expect([lost.attempt, now.attempt]).toEqual([1, 2]);
    const takenOver = refusal('JOB_TAKEN_OVER', /another worker/);
    await expect(tell(db, lost, { message: 'still here' })).rejects.toMatchObject(takenOver);
    const written = db.transaction().execute(async (trx) => {
      await trx
        .insertInto('receipts')
        .values({ id: randomUUID(), tenantId, submissionId: randomUUID(), receipt: '{}' })
        .execute();
      await endJob(trx, lost, { state: 'succeeded', event: { message: 'mine' } });
    });
    await expect(written).rejects.toMatchObject(takenOver);
    expect(await db.selectFrom('receipts').selectAll().execute()).toEqual([]);
    await endJob(db, now, { state: 'succeeded', event: { message: 'done' } });
    await expect(endJob(db, now, { state: 'failed', event: {} })).rejects.toMatchObject(takenOver);
    const messages = (await watch(id)).map(({ message }) => message);
    expect(messages).toEqual(['queued', 'started', expect.stringContaining('taken up again'), 'done']);
  });

  test('a job that failed for a while is handed out again, up to the last try', async () => {
    handle = async () => {
      throw new Error('for a while');
    };
    const { id } = await create();
    await expect.poll(() => handed.length, { timeout: 15_000 }).toBe(2);
    expect(handed.map(({ jobId, isLastTry }) => [jobId, isLastTry])).toEqual([
      [id, false],
      [id, true],
    ]);
  });

  // Kills: a job that stays running for ever because no worker lives to end it.
  test('what a stopped process had in its hands is put back at once, and told of when that was too often', async () => {
    const waiting: (() => void)[] = [];
    handle = () => new Promise((resolve) => void waiting.push(resolve));
    const { id } = await create();
    await expect.poll(() => handed.length, { timeout: 10_000 }).toBe(1);
    await queue.release([id]);
    await expect.poll(() => handed.length, { timeout: 10_000 }).toBe(2);
    // The job of the test before may be given up meanwhile.
    expect([handed.map(({ isLastTry }) => isLastTry), givenUp.includes(id)]).toEqual([[false, true], false]);
    await queue.release([id]);
    await expect.poll(() => givenUp, { timeout: 10_000 }).toContain(id);
    for (const finish of waiting) finish();
  });
});
