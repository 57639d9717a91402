/** @file Opening both databases, and the rules that the tables keep by themselves. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { sql } from 'kysely';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DATABASE_KINDS, emptyTables, postgresServer, testDatabase } from './database.fixture.ts';
import { openDatabase } from './database.ts';
import type { JobState } from './rows.ts';

describe.each(DATABASE_KINDS)('%s', (kind) => {
  const database = testDatabase(kind);
  beforeEach(() => emptyTables(database()));

  test('says whether it is durable', () => {
    expect(database().kind).toBe(kind);
    const notice = 'embedded database: not durable across power loss; set SOFTPOST_DATABASE_URL';
    expect(database().notice).toBe(kind === 'embedded' ? notice : undefined);
  });

  async function job(state: JobState): Promise<string> {
    const id = randomUUID();
    await database()
      .db.insertInto('jobs')
      .values({ id, tenantId: null, kind: 'distill', options: '{}', idempotencyKey: id, requestDigest: '' })
      .execute();
    if (state === 'queued') return id;
    await set(id, 'running');
    if (state !== 'running') await set(id, state);
    return id;
  }

  async function set(id: string, state: JobState): Promise<void> {
    const ended = state === 'queued' || state === 'running' ? null : new Date();
    const error = state === 'failed' ? '{"code":"ENGINE","message":"","remedy":""}' : null;
    await database().db.updateTable('jobs').set({ state, endedAt: ended, error }).where('id', '=', id).execute();
  }

  // Kills: a trigger that forgets one of the changes; a state that a slip in our own code could bring back.
  test('a job changes its state only as it may', async () => {
    const legal = [
      'queued>running',
      'queued>failed',
      'queued>cancelled',
      'running>succeeded',
      'running>failed',
      'running>cancelled',
    ];
    const states = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
    for (const from of states) {
      for (const to of states.filter((state) => state !== from)) {
        const id = await job(from);
        const change = set(id, to).then(
          () => 'legal',
          () => 'illegal',
        );
        expect(`${from}>${to} ${await change}`).toBe(
          `${from}>${to} ${legal.includes(`${from}>${to}`) ? 'legal' : 'illegal'}`,
        );
      }
    }
  });

  test('attempts and events are only counted up, and an end has its time', async () => {
    const id = await job('running');
    const { db } = database();
    const change = (values: object) => db.updateTable('jobs').set(values).where('id', '=', id).execute();
    await change({ attempt: 2, lastEvent: 5 });
    await expect(change({ attempt: 1 })).rejects.toThrow('illegal change');
    await expect(change({ lastEvent: 4 })).rejects.toThrow('illegal change');
    await expect(change({ state: 'succeeded' })).rejects.toThrow('jobs_check');
  });

  test.each(['job_events', 'receipts', 'log_leaves', 'students'])('%s is only added to', async (table) => {
    const { db } = database();
    const tenantId = randomUUID();
    await db.insertInto('tenants').values({ id: tenantId, name: 'a', ownerPublicKey: '', limits: '{}' }).execute();
    const jobId = await job('queued');
    const event = {
      jobId,
      number: 1,
      level: 'info',
      message: '',
      phase: '',
      step: 0,
      steps: 0,
      metrics: '{}',
    } as const;
    await db.insertInto('jobEvents').values(event).execute();
    await db
      .insertInto('receipts')
      .values({ id: randomUUID(), tenantId, submissionId: randomUUID(), receipt: '{}' })
      .execute();
    await db.insertInto('logLeaves').values({ index: 0, hash: '', studentId: 's', studentVersion: 1 }).execute();
    const artifact = `sha256:${'0'.repeat(64)}` as const;
    const student = { id: 's', version: 1, teacherId: 't', manifest: '', artifact, files: '[]', parameterCount: 1 };
    await db.insertInto('students').values(student).execute();
    await expect(sql.raw(`delete from ${table}`).execute(db)).rejects.toThrow('only added to');
    const column = table === 'job_events' ? 'message' : 'created_at';
    await expect(sql.raw(`update ${table} set ${column} = ${column}`).execute(db)).rejects.toThrow('only added to');
  });
});

test(
  'an embedded database is refused to a second process, and is whole after a kill',
  { timeout: 120_000 },
  async () => {
    const dataDir = await temporaryFolder();
    const program = join(import.meta.dirname, 'holding.fixture.ts');
    const child = spawn(process.execPath, [program, 'database', dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(String((await once(child.stdout, 'data'))[0])).toBe('held\n');
    await expect(openDatabase({ dataDir })).rejects.toMatchObject(
      refusal('FOLDER_IN_USE', new RegExp(`process ${child.pid}`)),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await openDatabase({ dataDir });
    expect(await database.db.selectFrom('jobs').selectAll().execute()).toEqual([]);
    await database.close();
  },
);

describe('a server', () => {
  const server = postgresServer();
  const url = (): string => server.url();

  // Kills: no lock around the migrations.
  test('several processes that start at once bring the tables up to date once', async () => {
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ dataDir: '', url: url() })));
    for (const { db } of opened) expect(await db.selectFrom('tenants').selectAll().execute()).toEqual([]);
    await Promise.all(opened.map((database) => database.close()));
  });

  test('one that is not there is told of, without its address', async () => {
    const nowhere = 'postgresql://user:secret@localhost:1/none';
    const error = refusal('DATABASE_UNAVAILABLE', /^the database cannot be reached$/);
    await expect(openDatabase({ dataDir: '', url: nowhere })).rejects.toMatchObject(error);
  });

  // Kills: an error of a connection that somebody has at hand, unheard, which ends the process; a lost connection that a client
  // is told of as a fault of ours, so that it does not try again.
  test('one that is away for a moment is told of, and used again when it is back', async () => {
    const faults: Error[] = [];
    const database = await openDatabase({ dataDir: '', url: url(), onError: (error) => faults.push(error) });
    const heard: string[] = [];
    await database.channel.listen('news', (payload) => heard.push(payload));
    const held = database.db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      await server.interrupt(500);
      await sql`select 1`.execute(trx);
    });
    await expect(held).rejects.toMatchObject(
      refusal('DATABASE_UNAVAILABLE', /^the connection to the database was lost$/),
    );
    expect(await database.db.selectFrom('tenants').selectAll().execute()).toEqual([]);
    expect(faults.length).toBeGreaterThan(0);
    const tell = async () => {
      await sql`select pg_notify('news', 'heard again')`.execute(database.db);
      return heard;
    };
    await expect.poll(tell, { timeout: 20_000, interval: 500 }).toContain('heard again');
    await database.close();
  });

  test('what was changed by a newer version is refused', async () => {
    const database = await openDatabase({ dataDir: '', url: url() });
    await sql`insert into kysely_migration values ('9999-later', '')`.execute(database.db);
    await database.close();
    const error = refusal('DATABASE_UNAVAILABLE', /tables of the database/);
    await expect(openDatabase({ dataDir: '', url: url() })).rejects.toMatchObject(error);
  });
});
