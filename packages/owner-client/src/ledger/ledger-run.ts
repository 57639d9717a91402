/** @file One run's hold on the ledger: each step is taken here before it draws lot and noise. */

import { SoftpostError } from '@softpost/shared/errors';
import { accountsOf, ledgerEpsilon, type RunAccount } from './accounts.ts';
import type { EntryRow } from './entry.ts';
import { keyedHash } from './lineage.ts';
import type { LedgerStore } from './store.ts';

/**
 * Where a run stands in the ledger, for its receipt. Whoever keeps it can later tell a ledger that went back behind it. No field depends on the records:
 * whether this data set shares records with others does not show.
 */
export interface LedgerPosition {
  readonly sequence: number;
  readonly previousHash: string;
  readonly headHash: string;
  /** HMAC of run and data set: to be opened with the owner's key alone, and another for each run, so that runs cannot be linked by it. */
  readonly lineage: string;
  /** Epsilon, at the run's delta, of all private runs in the ledger together: no unit that they counted by has lost more, whichever of them it was in. */
  readonly cumulativeEpsilon: number;
  /** Runs without privacy, which that figure leaves out. */
  readonly runsWithoutPrivacy: number;
  /** Steps that this run has taken, those taken again after an interruption included. */
  readonly drawn: number;
}

export class LedgerRun {
  readonly #store: LedgerStore;
  readonly #account: RunAccount;
  readonly #session: string;
  #last: EntryRow;
  #drawn: number;

  constructor(store: LedgerStore, account: RunAccount, session: string, last: EntryRow) {
    this.#store = store;
    this.#account = account;
    this.#session = session;
    this.#last = last;
    this.#drawn = account.drawn;
  }

  get id(): string {
    return this.#account.id;
  }

  /** False where steps may have been drawn after the checkpoint that it goes on from. */
  get unbroken(): boolean {
    return this.#account.unbroken;
  }

  get lineage(): string {
    return this.#account.lineage;
  }

  /**
   * Takes one step. When this returns the step is on the disk as spent, and may be drawn; a crash right after counts it all the same.
   * @throws LEDGER_BUSY when another process has taken the run over or released it; LEDGER_ROLLED_BACK, LEDGER_DAMAGED, CANNOT_WRITE
   */
  spend(): void {
    const drawn = this.#drawn + 1;
    if (drawn > this.#account.reserved)
      throw new SoftpostError('ENGINE', `run ${this.id} has taken all of its ${this.#account.reserved} steps`);
    this.#last = this.#store.append(() => {
      this.#requireHeld();
      return { run: this.id, body: { kind: 'spend', session: this.#session, drawn } };
    });
    this.#drawn = drawn;
  }

  /** @param delta of the run; 0 < delta < 1 */
  position(delta: number): LedgerPosition {
    const accounts = accountsOf(this.#store.entries());
    const { sequence, previous, hash } = this.#last;
    return {
      sequence,
      previousHash: previous,
      headHash: hash,
      lineage: keyedHash(this.#store.key, 'receipt', this.id, this.#account.lineage),
      cumulativeEpsilon: ledgerEpsilon(accounts, delta),
      runsWithoutPrivacy: [...accounts.runs.values()].filter(({ phases }) => phases === null).length,
      drawn: this.#drawn,
    };
  }

  /** Ends the run: steps that were never taken are free again. @throws as `spend` */
  close(): void {
    this.#last = this.#store.append(() => {
      this.#requireHeld();
      return { run: this.id, body: { kind: 'close' } };
    });
  }

  /** The entry of whoever began or resumed the run last decides who holds it. */
  #requireHeld(): void {
    const body = this.#store.last(this.id)?.body;
    if (body && 'session' in body && body.session === this.#session) return;
    const fault = body?.kind === 'close' ? 'was released' : 'goes on in another process';
    throw new SoftpostError('LEDGER_BUSY', `${this.#store.path}: run ${this.id} ${fault}`);
  }
}
