/** @file SQLite for what must not be lost: every commit on the disk before it returns, every failure a typed error. */

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SoftpostError, type ErrorCode } from '@softpost/shared/errors';

/** How long to wait for another process, which holds a file for milliseconds, or for seconds with millions of records. */
const BUSY_MS = 20_000;

/** What faults of one kind of file are called. */
export interface FaultCodes {
  readonly busy: ErrorCode;
  readonly damaged: ErrorCode;
}

export interface Sqlite {
  /** Opens a database, made where it is not there, for its owner alone. @throws CANNOT_WRITE, busy, damaged */
  readonly openDatabase: (path: string) => DatabaseSync;
  /** Runs `work` as one transaction that no other writer overlaps. Errors of SQLite come out typed, naming `path`. */
  readonly exclusively: <T>(path: string, database: DatabaseSync, work: () => T) => T;
  /** Gives errors of SQLite their code. */
  readonly withFaults: <T>(path: string, work: () => T) => T;
}

/** Primary result codes of SQLite (sqlite.org/rescode.html) that are not our fault. */
const FAULTS: Readonly<Record<number, readonly [keyof FaultCodes | 'unwritable', string]>> = {
  5: ['busy', 'another process holds it'],
  6: ['busy', 'another process holds it'],
  8: ['unwritable', 'it is read-only'],
  10: ['unwritable', 'the device reports an input/output error'],
  11: ['damaged', 'the database is damaged'],
  13: ['unwritable', 'no space left on the device'],
  14: ['unwritable', 'it cannot be opened'],
  19: ['damaged', 'a rule of the database is broken'],
  26: ['damaged', 'it is not an SQLite database'],
};

export function sqliteWith(codes: FaultCodes): Sqlite {
  const withFaults: Sqlite['withFaults'] = (path, work) => {
    try {
      return work();
    } catch (cause) {
      const number = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined;
      if (number === undefined) throw cause;
      const [kind, fault] = FAULTS[number] ?? [];
      if (kind === undefined) throw new SoftpostError('ENGINE', `${path}: SQLite reports ${number}`, { cause });
      throw new SoftpostError(kind === 'unwritable' ? 'CANNOT_WRITE' : codes[kind], `${path}: ${fault}`, { cause });
    }
  };
  return {
    withFaults,
    openDatabase: (path) => {
      makePrivateFile(path);
      return withFaults(path, () => openDurable(path));
    },
    exclusively: (path, database, work) =>
      withFaults(path, () => {
        database.exec('BEGIN IMMEDIATE');
        try {
          const result = work();
          database.exec('COMMIT');
          return result;
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK');
          throw error;
        }
      }),
  };
}

function makePrivateFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new SoftpostError('CANNOT_WRITE', `cannot write ${path}`, { cause });
  }
}

function openDurable(path: string): DatabaseSync {
  // An absolute path is a file to SQLite, whereas ":memory:" and "file:...?mode=memory" would forget everything at the end.
  const database = new DatabaseSync(resolve(path), { timeout: BUSY_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
