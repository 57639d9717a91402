/**
 * @file The record of everything that left the site: an entry for each message, chained to all before it and on the disk before the message is sent. So it
 * may name a message that the network lost, and never lacks one that arrived. Entries cannot be changed unnoticed; that the last ones were cut off shows
 * only to who has noted a later head.
 */

import type { DatabaseSync } from 'node:sqlite';
import { digestOf, digestSchema } from '@softpost/shared/artifact/digest';
import { SoftpostError } from '@softpost/shared/errors';
import { dayOf, daySchema } from '@softpost/shared/signature/day';
import { z } from 'zod';
import { link, linkFault, NO_ENTRY, readBody, type Head, type Link } from '../durable/chain.ts';
import { sqliteWith } from '../durable/sqlite.ts';
import { METHODS, type Method } from './party-line.ts';

const { openDatabase, exclusively, withFaults } = sqliteWith({ busy: 'SITE_BUSY', damaged: 'EGRESS_DAMAGED' });

const SCHEMA = `
CREATE TABLE IF NOT EXISTS entry (sequence INTEGER PRIMARY KEY, previous TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
${['UPDATE', 'DELETE']
  .map(
    (change) =>
      `CREATE TRIGGER IF NOT EXISTS no_${change.toLowerCase()} BEFORE ${change} ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END;`,
  )
  .join('\n')}`;

const bodySchema = z.strictObject({
  /** What was sent. */
  method: z.enum(Object.keys(METHODS) as Method[]),
  /** Of the message, as it was sent but for encryption. */
  bytes: z.int().nonnegative(),
  digest: digestSchema,
  /** UTC. */
  day: daySchema,
  /** Host and port. */
  to: z.string().min(1).max(300),
});

export type Departure = Readonly<z.infer<typeof bodySchema>>;

export interface EgressEntry extends Departure {
  readonly sequence: number;
  readonly hash: string;
}

interface Row extends Link {
  readonly body: string;
}

/** An open record. It must be closed, best by `using`. */
export interface EgressRecord extends Disposable {
  /** When this returns, the entry is on the disk. @throws SITE_BUSY, CANNOT_WRITE, EGRESS_DAMAGED */
  readonly append: (method: Method, message: Uint8Array, to: string) => void;
  /** All entries, oldest first. @throws EGRESS_DAMAGED naming the first entry that was changed */
  readonly entries: () => readonly EgressEntry[];
}

/** Opens the record at `path`; one that is not there is made, for its owner alone. @throws CANNOT_WRITE, SITE_BUSY, EGRESS_DAMAGED */
export function openEgressRecord(path: string): EgressRecord {
  const database = openDatabase(path);
  try {
    exclusively(path, database, () => database.exec(SCHEMA));
    return {
      append: (method, message, to) => {
        const body = JSON.stringify(departure(method, message, to));
        exclusively(path, database, () => insert(database, body));
      },
      entries: () => withFaults(path, () => readAll(path, database)),
      [Symbol.dispose]: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function departure(method: Method, message: Uint8Array, to: string): Departure {
  const bytes = message.byteLength;
  return bodySchema.parse({ method, bytes, digest: digestOf(message), day: dayOf(new Date()), to });
}

function insert(database: DatabaseSync, body: string): void {
  const query = database.prepare('SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1');
  const { sequence, previous, hash } = link((query.get() as unknown as Head | undefined) ?? NO_ENTRY, body);
  database.prepare('INSERT INTO entry VALUES (?, ?, ?, ?)').run(sequence, previous, body, hash);
}

function readAll(path: string, database: DatabaseSync): readonly EgressEntry[] {
  const entries: EgressEntry[] = [];
  for (const row of database.prepare('SELECT * FROM entry ORDER BY sequence').iterate())
    entries.push(readRow(path, entries.at(-1) ?? NO_ENTRY, row as unknown as Row));
  return entries;
}

function readRow(path: string, head: Head, row: Row): EgressEntry {
  const fault = linkFault(head, row, row.body);
  const body = fault === undefined ? readBody(row.body, bodySchema) : undefined;
  if (body) return { sequence: row.sequence, hash: row.hash, ...body };
  const what = fault ?? 'has a form that is not known';
  throw new SoftpostError('EGRESS_DAMAGED', `${path}: entry ${head.sequence + 1} ${what}`);
}
