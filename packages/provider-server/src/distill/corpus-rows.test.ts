/** @file The split of a corpus into training and held-out rows. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { loadTokenizer } from '@softpost/shared/text/tokenizer';
import { expect, test } from 'vitest';
import { readCorpusRows } from './corpus-rows.ts';

const teacher = join(import.meta.dirname, '../../../../models/softpost-ref-clm-8m');
const tokenizer = await loadTokenizer(teacher);

async function rowsOf(lines: readonly string[], overrides: object = {}) {
  const corpusFile = join(await temporaryFolder(), 'corpus.txt');
  await writeFile(corpusFile, lines.join('\n'));
  const options = { corpusFile, steps: 1000, batch: 4, length: 16, heldOutShare: 0.2, heldOutRows: 20, seed: 1 };
  const { train, heldOut } = await readCorpusRows(tokenizer, { ...options, ...overrides });
  const text = (rows: readonly Int32Array[]): string =>
    tokenizer.decode(
      rows.flatMap((row) => [...row]),
      { specialTokens: false },
    );
  return { train, heldOut, numbers: { train: numbersIn(text(train)), heldOut: numbersIn(text(heldOut)) } };
}

function numbersIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/number (\d+) of/g)].map(([, digits]) => digits!));
}

test('no paragraph is on both sides, however often it is repeated', async () => {
  const lines = Array.from({ length: 900 }, (_, line) => `This is number ${line % 300} of the list of sentences.`);
  const { numbers } = await rowsOf(lines);
  expect(numbers.heldOut.size).toBeGreaterThan(5);
  expect(numbers.train.size).toBeGreaterThan(100);
  expect([...numbers.heldOut].filter((number) => numbers.train.has(number))).toEqual([]);
});

test('a short run reads a sample of a long corpus, from all over it', async () => {
  const lines = Array.from({ length: 3000 }, (_, line) => `This is number ${line} of the list of sentences.`);
  const { train, numbers } = await rowsOf(lines, { steps: 10 });
  expect(train.length).toBeLessThanOrEqual(40);
  const drawn = [...numbers.train].map(Number);
  expect(Math.max(...drawn)).toBeGreaterThan(2000);
});

test('a corpus too small for either side is refused by name', async () => {
  await expect(rowsOf(['A few words.'])).rejects.toMatchObject(refusal('BAD_DATA_FILE', /corpus.txt: .* part/));
});
