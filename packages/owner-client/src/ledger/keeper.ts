/**
 * @file The key file beside the ledger: the owner's key, and the last entry that the ledger is known to have. It is itself an SQLite file, because its
 * lock is also the one that lets one writer at a time append; the ledger's entry commits first, so that a crash between the two leaves the ledger ahead,
 * which is harmless, and never behind, which is what a ledger put back from an old copy looks like.
 */

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { SoftpostError } from '@softpost/shared/errors';
import { exclusively, openDatabase, withFaults } from './database.ts';
import { NO_ENTRY, type Head } from '../durable/chain.ts';

export interface Keeper {
  readonly path: string;
  /** 32 bytes that never leave this file and the memory. */
  readonly key: Buffer;
  readonly head: () => Head;
  /** Holds the lock while `append` commits an entry, then keeps the head it returns. */
  readonly advance: <Appended extends Head>(append: (known: Head) => Appended) => Appended;
  readonly close: () => void;
}

/** Opens the key file, or makes one with a fresh key. @throws LEDGER_WRONG_KEY when others may read it; CANNOT_WRITE, LEDGER_BUSY, LEDGER_DAMAGED */
export function openKeeper(path: string): Keeper {
  const database = openDatabase(path);
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      throw new SoftpostError('LEDGER_WRONG_KEY', `${path} may be read by other users; it needs mode 0600`);
    exclusively(path, database, () => {
      database.exec(
        `CREATE TABLE IF NOT EXISTS keeper (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL, sequence INTEGER NOT NULL, hash TEXT NOT NULL) STRICT`,
      );
      database
        .prepare('INSERT OR IGNORE INTO keeper VALUES (1, ?, ?, ?)')
        .run(randomBytes(32), NO_ENTRY.sequence, NO_ENTRY.hash);
    });
    const row = (): Head & { readonly key: Uint8Array } =>
      withFaults(path, () => database.prepare('SELECT key, sequence, hash FROM keeper').get() as never);
    const head = (): Head => {
      const { sequence, hash } = row();
      return { sequence, hash };
    };
    return {
      path,
      key: Buffer.from(row().key),
      head,
      advance: (append) =>
        exclusively(path, database, () => {
          const appended = append(head());
          database.prepare('UPDATE keeper SET sequence = ?, hash = ?').run(appended.sequence, appended.hash);
          return appended;
        }),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
