/** @file Work that is one transaction, be it its own or part of the caller's. */

import type { Db } from './rows.ts';

/** A transaction that the caller has open already is used as it is. */
export function inTransaction<T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
