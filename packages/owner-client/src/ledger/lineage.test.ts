import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { readExamples } from '@softpost/shared/text/read-examples';
import { expect, test } from 'vitest';
import { lineageOf, merkleRoot, recordHash } from './lineage.ts';

const key = Buffer.alloc(32, 7);
const scope = { adjacency: 'add-or-remove-one', unit: 'example' } as const;
const films = ['A dull mess, and a café', 'A great film', 'Funny, clever "and" moving'];

function id(texts: readonly string[], withKey = key, unit = 'example'): string {
  const hashes = texts.map((text) => recordHash(withKey, text));
  return lineageOf(withKey, hashes, { ...scope, unit }).id;
}

// Kills: a lineage that depends on the order of records, on their encoding, or on how often one is repeated.
test.each([
  ['reordered', films.toReversed()],
  ['repeated', [...films, films[0]!]],
  ['decomposed Unicode', films.map((text) => text.normalize('NFD'))],
  ['upper case', films.map((text) => text.toUpperCase())],
  ['other white space', films.map((text) => `  ${text.replaceAll(' ', '\t\u00a0')}\r\n`)],
  ['invisible characters', films.map((text) => text.replaceAll('e', 'e\u200b\u00ad'))],
  ['full width letters', films.map((text) => text.replace('film', '\uff46\uff49\uff4c\uff4d'))],
])('a copy that is %s is the same data set', (_, copy) => {
  expect(id(copy)).toBe(id(films));
});

// Kills: a lineage of the file's name or bytes.
test('a CSV copy under another name is the same data set', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'softpost-lineage-'));
  const labels = ['bad', 'good'];
  const [json, csv] = [join(dir.path, 'a.jsonl'), join(dir.path, 'renamed.csv')];
  await writeFile(json, films.map((text) => `${JSON.stringify({ text, label: 'bad' })}\n`).join(''));
  const rows = films.toReversed().map((text) => `good,"${text.replaceAll('"', '""')}"\r\n`);
  await writeFile(csv, `label,text\r\n${rows.join('')}`);
  const [first, second] = await Promise.all(
    [json, csv].map(async (path) => id((await readExamples(path, labels)).map(({ text }) => text))),
  );
  expect(second).toBe(first);
});

test('another record, key or unit is another data set', () => {
  const others = [id([...films, 'one more']), id(films, Buffer.alloc(32, 8)), id(films, key, 'user')];
  expect(new Set([id(films), ...others]).size).toBe(4);
});

// By hand: sha256(01 | sha256(01 | sha256(00 | "a") | sha256(00 | "b")) | sha256(00 | "c")).
test('the Merkle root is that of RFC 6962', () => {
  expect(merkleRoot(['a', 'b', 'c'].map((text) => Buffer.from(text)))).toBe(
    '36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1',
  );
  expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
