/** @file What happens to a ledger that was damaged, put back, or parted from its key. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { defaultLedgerFile } from './default-ledger.ts';
import { request, texts } from './keeping.fixture.ts';
import { Ledger } from './ledger.ts';

const dir = mkdtempSync(join(tmpdir(), 'softpost-store-'));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;

/** A ledger of one run that took `steps` steps, closed. */
function ledgerFile(steps = 3): string {
  const path = join(dir, `${files++}.sqlite`);
  using ledger = new Ledger(path);
  const run = ledger.begin(request(ledger, texts(5)));
  for (let step = 0; step < steps; step++) run.spend();
  return path;
}

function take(path: string, from: number, steps: number): void {
  using ledger = new Ledger(path);
  const run = ledger.begin(request(ledger, texts(5), { from }));
  for (let step = 0; step < steps; step++) run.spend();
}

/** What an attacker with an SQLite editor does: triggers are no hindrance. */
function edit(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  for (const table of ['entry', 'record'])
    for (const change of ['update', 'delete']) database.exec(`DROP TRIGGER IF EXISTS ${table}_no_${change}`);
  database.exec(sql);
}

function opening(path: string): () => void {
  return () => new Ledger(path)[Symbol.dispose]();
}

const code = (name: string): Error => expect.objectContaining({ code: name }) as Error;

// Kills: the path handed to SQLite as it was given.
test.each([':memory:', 'file:spent?mode=memory'])('a ledger called %s is a file, and keeps what was spent', (name) => {
  const program = join(import.meta.dirname, 'keeping.fixture.ts');
  for (const out of ['a', 'b']) spawnSync(process.execPath, [program, name, out, '2'], { cwd: dir });
  using ledger = new Ledger(join(dir, name));
  expect([...ledger.accounts().runs.values()].map(({ drawn }) => drawn)).toEqual([2, 2]);
});

test('an empty variable names no ledger', () => {
  expect(defaultLedgerFile({ SOFTPOST_LEDGER: '', XDG_STATE_HOME: '/state' })).toBe('/state/softpost/ledger.sqlite');
});

test('ledger and key are for their owner alone, and a clean end leaves two files', () => {
  const path = join(dir, 'new', 'deep', 'ledger.sqlite');
  opening(path)();
  expect(readdirSync(join(dir, 'new', 'deep'))).toEqual(['ledger.sqlite', 'ledger.sqlite.key']);
  for (const file of [path, `${path}.key`]) expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each(['entry', 'record'])('rows of table %s cannot be changed or taken away', (table) => {
  using database = new DatabaseSync(ledgerFile());
  expect(() => database.exec(`DELETE FROM ${table}`)).toThrow('append only');
  expect(() => database.exec(`UPDATE ${table} SET ${table === 'entry' ? 'run' : 'lineage'} = 'x'`)).toThrow(
    'append only',
  );
});

// Kills: a chain or a record table that is not checked.
test.each([
  ['a step taken back', 'UPDATE entry SET body = replace(body, \'"drawn":2\', \'"drawn":1\') WHERE sequence = 4'],
  ['another run', "UPDATE entry SET run = '00' WHERE sequence = 4"],
  ['another chain', `UPDATE entry SET previous = '${'0'.repeat(64)}' WHERE sequence = 4`],
  ['another hash', `UPDATE entry SET hash = '${'0'.repeat(64)}' WHERE sequence = 4`],
  [
    'less noise claimed',
    'UPDATE entry SET body = replace(body, \'"noiseMultiplier":1\', \'"noiseMultiplier":9\') WHERE sequence = 2',
  ],
  ['a higher cap', 'UPDATE entry SET body = replace(body, \'"cap":null\', \'"cap":99\') WHERE sequence = 2'],
  ['an entry left out', 'DELETE FROM entry WHERE sequence = 3'],
  [
    'entries moved up',
    'DELETE FROM entry WHERE sequence = 3; UPDATE entry SET sequence = sequence - 1 WHERE sequence > 3',
  ],
  ['a record left out', 'DELETE FROM record WHERE hash = (SELECT min(hash) FROM record)'],
  ['a record added', 'INSERT INTO record SELECT randomblob(32), lineage FROM record LIMIT 1'],
  ['an unknown data set', "INSERT INTO record VALUES (randomblob(32), 'x')"],
  ['another schema', 'PRAGMA user_version = 7'],
])('%s is noticed', (_, sql) => {
  const path = ledgerFile();
  edit(path, sql);
  expect(opening(path)).toThrow(code('LEDGER_DAMAGED'));
});

test.each([
  [
    'text',
    (path: string) =>
      writeFileSync(
        path,
        'no database at all, but long enough to have a header of a hundred bytes, which is what SQLite reads first',
      ),
  ],
  ['cut off', (path: string) => truncateSync(path, 6000)],
  ['overwritten', (path: string) => writeFileSync(path, Buffer.alloc(4096, 1), { flag: 'r+' })],
])('a file that is %s is no ledger', (_, damage) => {
  const path = ledgerFile();
  damage(path);
  expect(opening(path)).toThrow(code('LEDGER_DAMAGED'));
});

// Kills: an older copy that is taken for the ledger.
test('a ledger put back from an older copy is refused, and the newest one goes on', () => {
  const path = ledgerFile();
  copyFileSync(path, join(dir, 'old'));
  take(path, 3, 2);
  copyFileSync(path, join(dir, 'newest'));
  copyFileSync(join(dir, 'old'), path);
  expect(opening(path)).toThrow(code('LEDGER_ROLLED_BACK'));
  copyFileSync(join(dir, 'newest'), path);
  take(path, 5, 1);
});

test('a ledger that was cut short, chain and all, is refused', () => {
  const path = ledgerFile();
  edit(path, 'DELETE FROM entry WHERE sequence > 3');
  expect(opening(path)).toThrow(code('LEDGER_ROLLED_BACK'));
});

test('a ledger that was removed is missed, also where an empty file lies in its place', () => {
  const path = ledgerFile();
  rmSync(path);
  expect(opening(path)).toThrow(code('LEDGER_ROLLED_BACK'));
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, '');
  expect(opening(path)).toThrow(code('LEDGER_ROLLED_BACK'));
});

test('an entry that was committed before its head was kept is no fault', () => {
  const path = ledgerFile();
  copyFileSync(`${path}.key`, join(dir, 'earlier.key'));
  take(path, 3, 1);
  copyFileSync(join(dir, 'earlier.key'), `${path}.key`);
  take(path, 4, 1);
  using ledger = new Ledger(path);
  expect([...ledger.accounts().runs.values()].map(({ drawn }) => drawn)).toEqual([5]);
});

test('a key that is missing, of another ledger, or open to others is refused', () => {
  const [path, other] = [ledgerFile(), ledgerFile(4)];
  const key = `${path}.key`;
  chmodSync(key, 0o640);
  expect(opening(path)).toThrow(code('LEDGER_WRONG_KEY'));
  rmSync(key);
  expect(opening(path)).toThrow(code('LEDGER_WRONG_KEY'));
  expect(existsSync(key)).toBe(false);
  cpSync(`${other}.key`, key);
  expect(opening(path)).toThrow(code('LEDGER_WRONG_KEY'));
});

test('a place that cannot be written is told', () => {
  writeFileSync(join(dir, 'file'), '');
  expect(opening(join(dir, 'file', 'ledger.sqlite'))).toThrow(code('CANNOT_WRITE'));
  expect(opening(dir)).toThrow(code('LEDGER_WRONG_KEY'));
});

test('a ledger changed under an open one is noticed before the next step', () => {
  const path = ledgerFile();
  using ledger = new Ledger(path);
  const run = ledger.begin(request(ledger, texts(5), { from: 3 }));
  edit(path, 'DELETE FROM entry WHERE sequence > 3');
  expect(() => run.spend()).toThrow(code('LEDGER_ROLLED_BACK'));
});
