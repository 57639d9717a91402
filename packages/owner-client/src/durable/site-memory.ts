/**
 * @file What this site must remember to do nothing twice and to be led back nowhere: what it asked for, before it asked; which students and which log it has
 * seen. One SQLite file, every change on the disk before it counts.
 */

import type { DatabaseSync } from 'node:sqlite';
import { sqliteWith } from './sqlite.ts';

const { openDatabase, exclusively, withFaults } = sqliteWith({ busy: 'SITE_BUSY', damaged: 'SITE_DAMAGED' });

const SCHEMA = `
CREATE TABLE IF NOT EXISTS errand (purpose TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT) STRICT;
CREATE TABLE IF NOT EXISTS seen (subject TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;`;

/** Something the provider is asked for once, however often it is said. */
export interface Errand {
  /** The request as it was first made: whoever repeats it sends the same. */
  readonly request: string;
  /** What came of it. */
  readonly answer: string | undefined;
}

/** An open memory. It must be closed, best by `using`. Its methods throw SITE_BUSY, CANNOT_WRITE, SITE_DAMAGED. */
export interface SiteMemory extends Disposable {
  /** The errand with this purpose; if there is none, `make` gives its request. Of two that ask at once, both get the same. */
  readonly errand: (purpose: string, make: () => string) => Errand;
  /** The first answer stays. */
  readonly settle: (purpose: string, answer: string) => void;
  /** All errands whose purpose begins so. */
  readonly errands: (prefix: string) => readonly Errand[];
  readonly lastSeen: (subject: string) => string | undefined;
  /** Replaces what was last seen by what `next` makes of it; nobody comes between. What `next` throws leaves it as it was. */
  readonly see: (subject: string, next: (last: string | undefined) => string) => void;
}

/** Opens the memory at `path`; one that is not there is made, for its owner alone. */
export function openSiteMemory(path: string): SiteMemory {
  const database = openDatabase(path);
  try {
    exclusively(path, database, () => database.exec(SCHEMA));
  } catch (error) {
    database.close();
    throw error;
  }
  const find = (purpose: string): Errand | undefined =>
    asErrand(database.prepare('SELECT request, answer FROM errand WHERE purpose = ?').get(purpose));
  return {
    errand: (purpose, make) =>
      exclusively(path, database, () => {
        const known = find(purpose);
        if (known) return known;
        const request = make();
        database.prepare('INSERT INTO errand (purpose, request) VALUES (?, ?)').run(purpose, request);
        return { request, answer: undefined };
      }),
    settle: (purpose, answer) =>
      exclusively(path, database, () => {
        database.prepare('UPDATE errand SET answer = ? WHERE purpose = ? AND answer IS NULL').run(answer, purpose);
      }),
    errands: (prefix) =>
      withFaults(path, () =>
        database
          .prepare('SELECT request, answer FROM errand WHERE substr(purpose, 1, ?) = ? ORDER BY purpose')
          .all(prefix.length, prefix)
          .map((row) => asErrand(row)!),
      ),
    lastSeen: (subject) => withFaults(path, () => seen(database, subject)),
    see: (subject, next) =>
      exclusively(path, database, () => {
        const content = next(seen(database, subject));
        database.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?)').run(subject, content);
      }),
    [Symbol.dispose]: () => database.close(),
  };
}

function asErrand(row: ReturnType<ReturnType<DatabaseSync['prepare']>['get']>): Errand | undefined {
  if (row === undefined) return undefined;
  const { request, answer } = row;
  return { request: String(request), answer: answer === null ? undefined : String(answer) };
}

function seen(database: DatabaseSync, subject: string): string | undefined {
  const row = database.prepare('SELECT content FROM seen WHERE subject = ?').get(subject);
  return row && String(row['content']);
}
