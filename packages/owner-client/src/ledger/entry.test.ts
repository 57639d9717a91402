import { expect, test } from 'vitest';
import { NO_ENTRY } from '../durable/chain.ts';
import { chainRow, readRow, type EntryBody } from './entry.ts';

const run = 'a'.repeat(32);
const spend = (drawn: number): EntryBody => ({ kind: 'spend', session: 'b'.repeat(32), drawn });
const head = { sequence: 4, hash: 'c'.repeat(64) };

// Kills: a chain hash that leaves out a field. Were it `previous`, an entry in the middle could be rewritten without a change of the last hash.
test('number, predecessor, run and content each decide the hash of an entry', () => {
  const rows = [
    chainRow(head, run, spend(1)),
    chainRow({ ...head, sequence: 5 }, run, spend(1)),
    chainRow({ ...head, hash: 'd'.repeat(64) }, run, spend(1)),
    chainRow(head, 'a'.repeat(31), spend(1)),
    chainRow(head, run, spend(2)),
  ];
  expect(new Set(rows.map(({ hash }) => hash)).size).toBe(5);
});

test('a row is read back where it belongs, and nowhere else', () => {
  const first = chainRow(NO_ENTRY, run, spend(1));
  const second = chainRow(first, run, spend(2));
  expect(readRow('x', first, second).body).toEqual(spend(2));
  expect(() => readRow('x', NO_ENTRY, second)).toThrow('x: entry 1 is missing');
  expect(() => readRow('x', head, { ...second, sequence: 5 })).toThrow('entry 5 was changed');
});

test('an entry of a form that is not known is refused, though it chains', () => {
  const body = { kind: 'refund', drawn: 0 } as unknown as EntryBody;
  expect(() => readRow('x', head, chainRow(head, run, body))).toThrow(
    expect.objectContaining({ code: 'LEDGER_DAMAGED' }),
  );
});
