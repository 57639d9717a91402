/** @file The ledger on disk: entries and record hashes that are only ever added to, checked in full when opened. */

import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { SoftpostError } from '@softpost/shared/errors';
import { exclusively, openDatabase, withFaults } from './database.ts';
import { NO_ENTRY, type Head } from '../durable/chain.ts';
import { chainRow, readRow, type Entry, type EntryBody, type EntryRow } from './entry.ts';
import { openKeeper, type Keeper } from './keeper.ts';
import { keyedHash, merkleRoot } from './lineage.ts';

const SCHEMA_VERSION = 1;

/** Triggers stop slips, not somebody with an editor: for that there is the chain. */
const SCHEMA = `
CREATE TABLE entry (sequence INTEGER PRIMARY KEY, previous TEXT NOT NULL, run TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE record (hash BLOB NOT NULL, lineage TEXT NOT NULL, PRIMARY KEY (hash, lineage)) STRICT, WITHOUT ROWID;
${['entry', 'record']
  .flatMap((table) => ['UPDATE', 'DELETE'].map((change) => [table, change] as const))
  .map(
    ([table, change]) =>
      `CREATE TRIGGER ${table}_no_${change.toLowerCase()} BEFORE ${change} ON ${table} BEGIN SELECT RAISE(ABORT, 'append only'); END;`,
  )
  .join('\n')}
PRAGMA user_version = ${SCHEMA_VERSION};`;

/** An entry to append, with the record hashes of a lineage that is new. */
export interface Addition {
  readonly run: string;
  readonly body: EntryBody;
  readonly records?: { readonly lineage: string; readonly hashes: readonly Buffer[] };
}

export class LedgerStore {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #keeper: Keeper;

  private constructor(path: string, database: DatabaseSync, keeper: Keeper) {
    this.path = path;
    this.#database = database;
    this.#keeper = keeper;
  }

  /**
   * Opens the ledger at `path` with the key file `path.key`, or makes both, and checks all of it.
   * @throws LEDGER_WRONG_KEY, LEDGER_ROLLED_BACK, LEDGER_DAMAGED, LEDGER_BUSY, CANNOT_WRITE
   */
  static open(path: string): LedgerStore {
    if (existsSync(path) && !existsSync(`${path}.key`))
      throw new SoftpostError('LEDGER_WRONG_KEY', `${path}.key: there is no key file`);
    const keeper = openKeeper(`${path}.key`);
    let database: DatabaseSync | undefined;
    try {
      const known = keeper.head();
      // In this order: another process may be making the ledger just now, file first and head after.
      if (known.sequence > 0 && !existsSync(path)) throw rolledBack(path, known, NO_ENTRY);
      database = openDatabase(path);
      const store = new LedgerStore(path, database, keeper);
      store.#create();
      store.#check();
      return store;
    } catch (error) {
      database?.close();
      keeper.close();
      throw error;
    }
  }

  get key(): Buffer {
    return this.#keeper.key;
  }

  /** All entries, oldest first. @throws LEDGER_DAMAGED where the chain does not hold */
  entries(): readonly Entry[] {
    return withFaults(this.path, () => {
      const entries: Entry[] = [];
      for (const row of this.#database.prepare('SELECT * FROM entry ORDER BY sequence').iterate())
        entries.push(readRow(this.path, entries.at(-1) ?? NO_ENTRY, row as unknown as EntryRow));
      return entries;
    });
  }

  /** The last entry of a run. */
  last(run: string): Entry | undefined {
    const row = this.#row('run = ? ORDER BY sequence DESC LIMIT 1', run);
    return row && readRow(this.path, { sequence: row.sequence - 1, hash: row.previous }, row);
  }

  head(): Head {
    return this.#row('TRUE ORDER BY sequence DESC LIMIT 1') ?? NO_ENTRY;
  }

  /** Whether the ledger holds this very entry. */
  holds({ sequence, hash }: Head): boolean {
    return sequence === 0 || this.#row('sequence = ?', sequence)?.hash === hash;
  }

  /** Lineages that hold one of these records. */
  lineagesWith(records: readonly Buffer[]): readonly string[] {
    const find = this.#database.prepare('SELECT lineage FROM record WHERE hash = ?');
    return [...new Set(records.flatMap((record) => find.all(record).map(({ lineage }) => String(lineage))))].toSorted();
  }

  /**
   * Appends what `make` answers after looking at the ledger, which nobody else can change meanwhile. When this returns, entry and head are on the disk.
   * @throws LEDGER_ROLLED_BACK, LEDGER_BUSY, CANNOT_WRITE, LEDGER_DAMAGED, and what `make` throws: then nothing is appended
   */
  append(make: () => Addition): EntryRow {
    return this.#keeper.advance((known) =>
      exclusively(this.path, this.#database, () => {
        const head = this.head();
        if (!this.holds(known)) throw rolledBack(this.path, known, head);
        return this.#insert(head, make());
      }),
    );
  }

  close(): void {
    this.#database.close();
    this.#keeper.close();
  }

  #row(condition: string, ...values: readonly (string | number)[]): EntryRow | undefined {
    return withFaults(this.path, () => {
      const query = this.#database.prepare(`SELECT * FROM entry WHERE ${condition}`);
      return query.get(...values) as unknown as EntryRow | undefined;
    });
  }

  #insert(head: Head, { run, body, records }: Addition): EntryRow {
    const row = chainRow(head, run, body);
    const insert = this.#database.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?)');
    insert.run(row.sequence, row.previous, row.run, row.body, row.hash);
    const add = this.#database.prepare('INSERT INTO record VALUES (?, ?)');
    for (const record of records?.hashes ?? []) add.run(record, records!.lineage);
    return row;
  }

  /** Schema and first entry in one transaction, so that a kill leaves an empty file or a whole ledger. */
  #create(): void {
    const version = (): number =>
      withFaults(this.path, () => Number(this.#database.prepare('PRAGMA user_version').get()!['user_version']));
    if (version() === 0) {
      this.#keeper.advance((known) =>
        exclusively(this.path, this.#database, () => {
          if (version() !== 0) return known;
          if (known.sequence > 0) throw rolledBack(this.path, known, NO_ENTRY);
          this.#database.exec(SCHEMA);
          const keyCheck = keyedHash(this.key, 'ledger');
          return this.#insert(NO_ENTRY, { run: '', body: { kind: 'genesis', version: 1, keyCheck } });
        }),
      );
    }
    if (version() !== SCHEMA_VERSION)
      throw new SoftpostError('LEDGER_DAMAGED', `${this.path}: schema version ${version()} is not known here`);
  }

  #check(): void {
    // The head first: what others append meanwhile only makes the ledger longer.
    const known = this.#keeper.head();
    withFaults(this.path, () => {
      this.#database.exec('BEGIN');
      try {
        this.#checkChain(known);
        this.#database.exec('COMMIT');
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #checkChain(known: Head): void {
    const roots = new Map<string, string>();
    const entries = this.entries();
    for (const { body } of entries) {
      if (body.kind === 'genesis' && body.keyCheck !== keyedHash(this.key, 'ledger'))
        throw new SoftpostError('LEDGER_WRONG_KEY', `${this.#keeper.path} is the key of another ledger`);
      if (body.kind === 'reserve') roots.set(body.lineage, body.root);
    }
    if (!this.holds(known)) throw rolledBack(this.path, known, entries.at(-1) ?? NO_ENTRY);
    this.#checkRecords(roots);
  }

  /** The record hashes decide who shares a budget, so one that is missing must be noticed as well. */
  #checkRecords(roots: ReadonlyMap<string, string>): void {
    const records = new Map<string, Buffer[]>(Array.from(roots.keys(), (lineage) => [lineage, []]));
    for (const row of this.#database.prepare('SELECT hash, lineage FROM record ORDER BY hash').iterate()) {
      const list = records.get(String(row['lineage']));
      if (!list) throw new SoftpostError('LEDGER_DAMAGED', `${this.path}: records of an unknown data set`);
      list.push(Buffer.from(row['hash'] as Uint8Array));
    }
    for (const [lineage, hashes] of records) {
      if (merkleRoot(hashes) !== roots.get(lineage))
        throw new SoftpostError(
          'LEDGER_DAMAGED',
          `${this.path}: the records of data set ${lineage.slice(0, 8)} were changed`,
        );
    }
  }
}

function rolledBack(path: string, known: Head, found: Head): SoftpostError {
  return new SoftpostError(
    'LEDGER_ROLLED_BACK',
    `${path}: entry ${known.sequence}, which the key file knows, is missing or another; the ledger has ${found.sequence}`,
  );
}
