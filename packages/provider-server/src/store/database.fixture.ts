/** @file For tests: both databases, real ones. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll } from 'vitest';
import { openDatabase, type Database } from './database.ts';

export const DATABASE_KINDS = ['embedded', 'postgresql'] as const;

export interface TestServer {
  /** Once the tests run. */
  url(): string;
  /** Takes it away for so many milliseconds. */
  interrupt(milliseconds: number): Promise<void>;
}

/** A PostgreSQL server for the tests of this file. */
export function postgresServer(): TestServer {
  const dir = mkdtempSync(join(tmpdir(), 'softpost-postgres-'));
  let server: ChildProcess | undefined;
  let url = '';
  beforeAll(async () => {
    server = fork(join(import.meta.dirname, 'postgres-server.fixture.ts'), [dir], { execArgv: [] });
    [url] = (await once(server, 'message')) as [string];
  }, 120_000);
  afterAll(async () => {
    if (server?.connected) {
      server.disconnect();
      await once(server, 'exit');
    }
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);
  return {
    url: () => url,
    interrupt: async (milliseconds) => {
      server!.send(milliseconds);
      await once(server!, 'message');
    },
  };
}

/** A database for the tests of this file, or the `describe` it is called in. */
export function testDatabase(kind: Database['kind']): () => Database {
  const server = kind === 'postgresql' ? postgresServer() : undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'softpost-database-'));
  let database: Database | undefined;
  beforeAll(async () => {
    database = await openDatabase({ dataDir, url: server?.url() });
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return () => database!;
}

/** Leaves the tables, and nothing in them. */
export async function emptyTables({ db }: Database): Promise<void> {
  await sql`truncate receipts, log_leaves, students, prompts, submissions, job_events, jobs, api_keys, tenants`.execute(
    db,
  );
}
