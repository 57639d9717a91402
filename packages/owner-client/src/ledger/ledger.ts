/**
 * @file The privacy ledger: what every run on private data spends, written down before it is spent. A run reserves all of its steps, takes them one by
 * one before it draws lot and noise, and gives back only those that it never took.
 */

import { randomBytes } from 'node:crypto';
import { SoftpostError } from '@softpost/shared/errors';
import { dayOf } from '@softpost/shared/signature/day';
import { accountsOf, type Accounts } from './accounts.ts';
import type { Head } from '../durable/chain.ts';
import { LedgerRun } from './ledger-run.ts';
import { keyedHash, lineageOf, recordHash, userHash, type LineageScope } from './lineage.ts';
import { reservation, type RunPlan } from './reservation.ts';
import { LedgerStore } from './store.ts';

export interface RunRequest extends RunPlan, LineageScope {
  /** Of every record, by `Ledger.hashRecord`, and by `Ledger.hashUser` of every user where users are the unit. */
  readonly records: readonly Buffer[];
  /** Output path and options: the same again means that an interrupted run goes on. */
  readonly purpose: readonly string[];
}

/** A ledger that is open. It must be closed, best by `using`. */
export class Ledger implements Disposable {
  readonly #store: LedgerStore;

  /** Opens a ledger and checks all of it; one that is not there is made, with its key. @throws LEDGER_*, CANNOT_WRITE */
  constructor(path: string) {
    this.#store = LedgerStore.open(path);
  }

  /** How the ledger knows a record: keyed, so that it tells nothing to others. */
  hashRecord(text: string): Buffer {
    return recordHash(this.#store.key, text);
  }

  /** How the ledger knows a user: data sets with one in common share a budget, also where none of their records is the same. */
  hashUser(name: string): Buffer {
    return userHash(this.#store.key, name);
  }

  /**
   * Reserves the whole run, or takes up the one that was interrupted.
   * @throws BUDGET_EXCEEDED, BUDGET_FIXED, CLOCK_BEHIND, LEDGER_*, CANNOT_WRITE: nothing is reserved then
   */
  begin({ records, purpose, adjacency, unit, ...plan }: RunRequest): LedgerRun {
    const lineage = lineageOf(this.#store.key, records, { adjacency, unit });
    const names = {
      purpose: keyedHash(this.#store.key, 'purpose', ...purpose),
      session: randomBytes(16).toString('hex'),
      freshId: randomBytes(16).toString('hex'),
      today: dayOf(new Date()),
    };
    const first = this.#store.append(() =>
      reservation(this.#store.entries(), lineage, plan, names, (hashes) => this.#store.lineagesWith(hashes)),
    );
    return new LedgerRun(this.#store, this.accounts().runs.get(first.run)!, names.session, first);
  }

  accounts(): Accounts {
    return accountsOf(this.#store.entries());
  }

  head(): Head {
    return this.#store.head();
  }

  /** Looks for an entry that a receipt names. @throws LEDGER_ROLLED_BACK when the ledger does not have it */
  requireEntry(entry: Head): void {
    if (this.#store.holds(entry)) return;
    const message = `${this.#store.path}: entry ${entry.sequence} is missing or another`;
    throw new SoftpostError('LEDGER_ROLLED_BACK', message);
  }

  /** Ends a run that was given up, so that steps that it never took are free again. @throws BAD_OPTION when no such run is open */
  release(id: string): void {
    this.#store.append(() => {
      if (!this.accounts().runs.get(id)?.open)
        throw new SoftpostError('BAD_OPTION', `no open run ${id} in ${this.#store.path}`);
      return { run: id, body: { kind: 'close' } };
    });
  }

  [Symbol.dispose](): void {
    this.#store.close();
  }
}
