import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packTokens, readCorpus } from './corpus.ts';
import { loadTokenizer } from './tokenizer.ts';
import { bertTokenizer, fromRoot, REFERENCE_MODEL, writeTokenizer } from './tokenizers.fixture.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function write(content: string | Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'softpost-corpus-')), 'corpus.txt');
  await writeFile(path, content);
  return path;
}

test('reads a paragraph a line', async () => {
  expect(await collect(readCorpus(await write('\uFEFFone\r\n\r\n  two \n\nthree')))).toEqual(['one', 'two', 'three']);
});

test('refuses an empty corpus and invalid UTF-8 by line', async () => {
  await expect(collect(readCorpus(await write('\n \n')))).rejects.toMatchObject({ code: 'BAD_DATA_FILE' });
  const invalid = await write(Uint8Array.of(0x61, 0x0a, 0x62, 0xff));
  await expect(collect(readCorpus(invalid))).rejects.toMatchObject({
    code: 'BAD_DATA_FILE',
    message: expect.stringContaining(`${invalid}:2`) as string,
  });
});

test('joins texts by the end token in rows of one length', async () => {
  const tokenizer = await loadTokenizer(await writeTokenizer(bertTokenizer()));
  const [good = 0, bad = 0] = tokenizer.encode('good bad', { specialTokens: false });
  const rows = await collect(packTokens(['good', 'bad bad', 'good', 'bad'], tokenizer, 3));
  expect(rows.map((row) => [...row])).toEqual([
    [good, 3, bad],
    [bad, 3, good],
    [3, bad, 3],
  ]);
});

test('takes special tokens in a corpus as text', async () => {
  const tokenizer = await loadTokenizer(await writeTokenizer(bertTokenizer()));
  const [row] = await collect(packTokens(['[MASK]'], tokenizer, 4));
  expect([...(row ?? [])]).not.toContain(tokenizer.maskId);
});

test('refuses texts that do not fill one row', async () => {
  const tokenizer = await loadTokenizer(await writeTokenizer(bertTokenizer()));
  await expect(collect(packTokens(['good'], tokenizer, 3))).rejects.toMatchObject({
    code: 'BAD_DATA_FILE',
    message: expect.stringContaining('2 tokens') as string,
  });
});

const STATE_UNION = fromRoot('../shared/data/corpus/state-union.txt');
test.skipIf(!REFERENCE_MODEL || !STATE_UNION)('streams a real corpus', async () => {
  const tokenizer = await loadTokenizer(REFERENCE_MODEL ?? '');
  let rows = 0;
  for await (const row of packTokens(readCorpus(STATE_UNION ?? ''), tokenizer, 128)) {
    expect(row).toHaveLength(128);
    if (++rows === 50) break;
  }
  expect(rows).toBe(50);
});
