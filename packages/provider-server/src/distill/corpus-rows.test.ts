/** @file The split of a corpus into training and held-out rows. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { loadTokenizer } from '@softpost/shared/text/tokenizer';
import { expect, test } from 'vitest';
import { readCorpusRows } from './corpus-rows.ts';
import { maskedTeacher } from './masked-teacher.fixture.ts';

const teacher = join(import.meta.dirname, '../../../../models/softpost-ref-clm');
const tokenizer = await loadTokenizer(teacher);

async function rowsOf(lines: readonly string[], overrides: object = {}) {
  const corpusFile = join(await temporaryFolder(), 'corpus.txt');
  await writeFile(corpusFile, lines.join('\n'));
  const options = { corpusFile, steps: 1000, batch: 4, length: 16, heldOutShare: 0.2, heldOutRows: 20, seed: 1 };
  const { train, heldOut } = await readCorpusRows(tokenizer, 'causal', { ...options, ...overrides });
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

test('a row of a masked model stands between the tokens that the tokenizer puts around a text', async () => {
  const dir = await maskedTeacher();
  const path = join(dir, 'tokenizer.json');
  const file = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  const around = { sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: false };
  await writeFile(path, JSON.stringify({ ...file, post_processor: { type: 'RobertaProcessing', ...around } }));
  const roberta = await loadTokenizer(dir);
  const corpusFile = join(dir, 'corpus.txt');
  await writeFile(corpusFile, Array.from({ length: 200 }, (_, line) => 'abcdefgh'.slice(line % 8)).join('\n'));
  const options = { corpusFile, steps: 5, batch: 2, length: 12, heldOutShare: 0.3, heldOutRows: 4, seed: 1 };
  const { train, heldOut } = await readCorpusRows(roberta, 'masked', options);
  for (const row of [...train, ...heldOut]) {
    expect(row).toHaveLength(12);
    // Mutant: rows of text alone, as before the special tokens were added.
    expect([row[0], row[11]]).toEqual([0, 2]);
  }
  // A causal model's text goes on after the row, so nothing ends it.
  const causal = await readCorpusRows(roberta, 'causal', options);
  expect(causal.train.every((row) => row[0] === 0)).toBe(true);
  expect(causal.train.some((row) => row[11] !== 2)).toBe(true);
  await expect(readCorpusRows(roberta, 'masked', { ...options, length: 2 })).rejects.toMatchObject(
    refusal('BAD_OPTION', /length 2 leaves no room/),
  );
});
