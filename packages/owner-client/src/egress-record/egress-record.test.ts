import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { link, NO_ENTRY } from '../durable/chain.ts';
import { openEgressRecord } from './egress-record.ts';

const LIST = '/softpost.v1.StudentService/ListStudents';
const GET_JOB = '/softpost.v1.JobService/GetJob';
const to = 'provider.example:7443';

/** Three messages, in two sittings. */
async function someRecord(): Promise<string> {
  const path = join(await temporaryFolder(), 'egress.sqlite');
  for (const messages of [['a', 'bb'], ['']]) {
    using record = openEgressRecord(path);
    for (const message of messages) record.append(message === 'bb' ? GET_JOB : LIST, Buffer.from(message), to);
  }
  return path;
}

/** Somebody with an editor, whom no trigger stops. */
function tamper(path: string, sql: string, ...values: readonly string[]): void {
  const database = new DatabaseSync(path);
  for (const change of ['update', 'delete']) database.exec(`DROP TRIGGER no_${change}`);
  database.prepare(sql).run(...values);
  database.close();
}

test('what, how much, which bytes, on which day and to whom is recorded, in order', async () => {
  const path = await someRecord();
  using record = openEgressRecord(path);
  const entries = record.entries();
  expect(entries).toMatchObject([
    { sequence: 1, method: LIST, bytes: 1, to },
    { sequence: 2, method: GET_JOB, bytes: 2, to },
    { sequence: 3, method: LIST, bytes: 0, to },
  ]);
  expect(entries[1]!.digest).toBe(`sha256:${createHash('sha256').update('bb').digest('hex')}`);
  expect(entries[1]!.day).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

// Kills: a time of day in the record, or the message itself.
test('neither a time of day nor the message is kept', async () => {
  const path = join(await temporaryFolder(), 'egress.sqlite');
  {
    using record = openEgressRecord(path);
    record.append(LIST, Buffer.from('canary-of-the-message'), to);
  }
  const text = (await readFile(path)).toString('latin1');
  expect(text).toContain('provider.example');
  expect(text).not.toContain('canary');
  expect(text).not.toMatch(/\d\d:\d\d/);
});

// Kills: a chain that does not cover the body; a check of neighbours only.
test.each([
  ['changed', 'UPDATE entry SET body = replace(body, \'"bytes":2\', \'"bytes":1\') WHERE sequence = 2', /entry 2 was/],
  ['left out', 'DELETE FROM entry WHERE sequence = 2', /entry 2 is missing/],
  ['moved', 'UPDATE entry SET sequence = 4 WHERE sequence = 2', /entry 2 is missing/],
])('an entry that was %s is found', async (_, sql, message) => {
  const path = await someRecord();
  tamper(path, sql);
  expect(() => {
    using record = openEgressRecord(path);
    record.entries();
  }).toThrow(expect.objectContaining(refusal('EGRESS_DAMAGED', message)));
});

test('a message that cannot be sent by the list of messages is no entry, though it chains', async () => {
  const path = join(await temporaryFolder(), 'egress.sqlite');
  openEgressRecord(path)[Symbol.dispose]();
  const body = JSON.stringify({ method: '/other.Service/Call', bytes: 1 });
  const { previous, hash } = link(NO_ENTRY, body);
  tamper(path, 'INSERT INTO entry VALUES (1, ?, ?, ?)', previous, body, hash);
  using record = openEgressRecord(path);
  expect(() => record.entries()).toThrow(/entry 1 has a form that is not known/);
});

test('two that send at the same time lose no entry', async () => {
  const path = join(await temporaryFolder(), 'egress.sqlite');
  using one = openEgressRecord(path);
  using other = openEgressRecord(path);
  for (const record of [one, other, one, other]) record.append(LIST, Buffer.alloc(3), to);
  expect(one.entries().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
});
