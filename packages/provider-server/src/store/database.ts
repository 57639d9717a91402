/** @file The provider's database: PostgreSQL in this process (PGlite, the default) or a PostgreSQL server. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CamelCasePlugin, Kysely, PGliteDialect, PostgresDialect, sql, type Dialect } from 'kysely';
import { SoftpostError } from '@softpost/shared/errors';
import type { ConstructorOptions as QueueOptions } from 'pg-boss';
import { lockFolder } from './folder-lock.ts';
import { tellOfLoss } from './lost-connection.ts';
import { migrate } from './migrations.ts';
import { openPostgresChannel, type Channel } from './notifications.ts';
import type { Tables } from './rows.ts';

export interface DatabaseOptions {
  /** Folder of the embedded database, which one process holds at a time. */
  readonly dataDir: string;
  /** Of a PostgreSQL server, 15 or newer; then nothing is kept in `dataDir`. */
  readonly url?: string | undefined;
  /** Connections to the server. @default 8 */
  readonly connections?: number;
  /** Errors of connections that nobody was using, for the log. */
  readonly onError?: (error: Error) => void;
}

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly db: Kysely<Tables>;
  /** What the operator should be told at the start. */
  readonly notice: string | undefined;
  /** How pg-boss reaches the same database. */
  readonly queue: QueueOptions;
  /** Wakes whoever waits for news of a job. */
  readonly channel: Channel;
  close(): Promise<void>;
}

const EMBEDDED_NOTICE = 'embedded database: not durable across power loss; set SOFTPOST_DATABASE_URL';

/** Opens the database and brings its tables up to date. @throws FOLDER_IN_USE, CANNOT_WRITE, DATABASE_UNAVAILABLE */
export function openDatabase({ url, ...options }: DatabaseOptions): Promise<Database> {
  return url === undefined || url === '' ? openEmbedded(options) : openServer(url, options);
}

/** The module is loaded here and not before: the database takes 370 to 560 MB of memory (128 MB of shared buffers among it). */
async function openEmbedded({ dataDir }: DatabaseOptions): Promise<Database> {
  const lock = lockFolder(dataDir);
  const folder = join(dataDir, 'database');
  try {
    // PGlite makes some files writable by everybody.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const [{ PGlite }, { fromPglite }] = await Promise.all([import('@electric-sql/pglite'), import('pg-boss')]);
    const pglite = await PGlite.create(folder).catch(failAs(`the database in ${folder} cannot be opened`));
    const db = await ready(new PGliteDialect({ pglite }), () => pglite.close());
    return {
      kind: 'embedded',
      db,
      notice: EMBEDDED_NOTICE,
      queue: { db: fromPglite(pglite), backend: 'pglite' },
      channel: {
        listen: async (name, onMessage) => await pglite.listen(name, onMessage),
        close: async () => undefined,
      },
      close: async () => {
        await pglite.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openServer(
  url: string,
  { connections = 8, onError = () => undefined }: DatabaseOptions,
): Promise<Database> {
  const { Client, Pool } = await import('pg');
  const pool = new Pool({ connectionString: url, max: connections });
  // A connection that is lost while somebody has it tells the connection, not the pool; unheard, either would end the process.
  pool.on('error', onError);
  pool.on('connect', (client) => {
    client.on('error', onError);
    tellOfLoss(client);
  });
  const connect = () => pool.connect().catch(failAs('the database cannot be reached'));
  const db = await ready(new PostgresDialect({ pool: { options: pool.options, connect, end: () => pool.end() } }), () =>
    pool.end(),
  );
  const channel = openPostgresChannel(() => new Client({ connectionString: url }), onError);
  return {
    kind: 'postgresql',
    db,
    notice: undefined,
    // Its own connections: it runs several statements at once, which the pool's clients may not be in the middle of.
    queue: { connectionString: url, max: 3 },
    channel,
    close: async () => {
      await channel.close();
      await db.destroy();
    },
  };
}

async function ready(dialect: Dialect, close: () => Promise<void>): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })] });
  try {
    await sql`select 1`.execute(db).catch(failAs('the database cannot be reached'));
    await migrate(db);
    return db;
  } catch (error) {
    await close();
    throw error;
  }
}

/** The message of a driver may name hosts and users: it stays in the cause. */
function failAs(message: string): (cause: unknown) => never {
  return (cause) => {
    throw new SoftpostError('DATABASE_UNAVAILABLE', message, { cause });
  };
}
