/** @file SQLite as the ledger uses it: every commit on the disk before it returns, every failure a typed error. */

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SoftpostError, type ErrorCode } from '@softpost/shared/errors';

/** How long to wait for another process, which holds the ledger for milliseconds, or for seconds with millions of records. */
const BUSY_MS = 20_000;

/** Primary result codes of SQLite (sqlite.org/rescode.html) that are not our fault. */
const FAULTS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  5: ['LEDGER_BUSY', 'another process holds it'],
  6: ['LEDGER_BUSY', 'another process holds it'],
  8: ['CANNOT_WRITE', 'it is read-only'],
  10: ['CANNOT_WRITE', 'the device reports an input/output error'],
  11: ['LEDGER_DAMAGED', 'the database is damaged'],
  13: ['CANNOT_WRITE', 'no space left on the device'],
  14: ['CANNOT_WRITE', 'it cannot be opened'],
  19: ['LEDGER_DAMAGED', 'a rule of the database is broken'],
  26: ['LEDGER_DAMAGED', 'it is not an SQLite database'],
};

/** Opens a database, made where it is not there, for its owner alone. @throws CANNOT_WRITE, LEDGER_DAMAGED, LEDGER_BUSY */
export function openDatabase(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new SoftpostError('CANNOT_WRITE', `cannot write ${path}`, { cause });
  }
  return withFaults(path, () => {
    // An absolute path is a file to SQLite, whereas ":memory:" and "file:...?mode=memory" would forget everything at the end.
    const database = new DatabaseSync(resolve(path), { timeout: BUSY_MS });
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON');
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Runs `work` as one transaction that no other writer overlaps. Errors of SQLite come out typed, naming `path`. */
export function exclusively<T>(path: string, database: DatabaseSync, work: () => T): T {
  return withFaults(path, () => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Gives errors of SQLite their code. */
export function withFaults<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const number = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined;
    if (number === undefined) throw cause;
    const [code, fault] = FAULTS[number] ?? (['ENGINE', `SQLite reports ${number}`] as const);
    throw new SoftpostError(code, `${path}: ${fault}`, { cause });
  }
}
