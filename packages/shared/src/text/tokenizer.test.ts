import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal } from '../artifact/folder.fixture.ts';
import { loadTokenizer } from './tokenizer.ts';
import { LLAMA_MODEL, REFERENCE_MODEL, bertTokenizer, robertaTokenizer, writeTokenizer } from './tokenizers.fixture.ts';

const PLAIN = { specialTokens: false };
const SPECIAL = { specialTokens: true };

// Expected ids were made with Hugging Face's own `tokenizers` 0.23.2.
test.skipIf(!REFERENCE_MODEL)('encodes as Hugging Face does with a GPT-2 tokenizer', async () => {
  const tokenizer = await loadTokenizer(REFERENCE_MODEL ?? '');
  expect(tokenizer.encode('The film was great. It was', SPECIAL)).toEqual([557, 1860, 328, 771, 16, 564, 328]);
  expect(tokenizer).toMatchObject({ bosId: 0, eosId: 0, maskId: 1, padId: 2, unkId: undefined, vocabSize: 8192 });
  const text = 'Ünïcode 日本 😀\n\n a , b .';
  expect(tokenizer.decode(tokenizer.encode(text, SPECIAL), PLAIN)).toBe(text);
});

test.skipIf(!LLAMA_MODEL)('encodes as Hugging Face does with a Llama tokenizer', async () => {
  const tokenizer = await loadTokenizer(LLAMA_MODEL ?? '');
  expect(tokenizer.encode('The film was great. It was', SPECIAL)).toEqual([
    1, 291, 272, 290, 423, 286, 298, 276, 294, 426, 359, 413, 286,
  ]);
  expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, unkId: 0, maskId: undefined, vocabSize: 512 });
  expect(tokenizer.padId, 'no pad token: the end token').toBe(2);
  const text = 'Ünïcode 日本 😀';
  expect(tokenizer.decode(tokenizer.encode(text, SPECIAL), PLAIN)).toBe(text);
});

test('knows the special tokens that BERT and RoBERTa folders leave unnamed', async () => {
  const bert = await loadTokenizer(await writeTokenizer(bertTokenizer()));
  expect(bert).toMatchObject({
    bosId: undefined,
    eosId: undefined,
    sepId: 3,
    maskId: 4,
    maskToken: '[MASK]',
    unkId: 1,
    padId: 0,
  });
  const roberta = await loadTokenizer(await writeTokenizer(robertaTokenizer()));
  expect(roberta).toMatchObject({
    bosId: 0,
    eosId: 2,
    maskId: roberta.vocabSize - 1,
    maskToken: '<mask>',
    unkId: 3,
    padId: 1,
  });
});

test('takes special tokens from the configuration, as text, object or null', async () => {
  const config = { mask_token: null, pad_token: { content: '[SEP]' }, eos_token: '[CLS]' };
  const tokenizer = await loadTokenizer(await writeTokenizer(bertTokenizer(), config));
  expect(tokenizer).toMatchObject({ maskId: undefined, maskToken: undefined, padId: 3, eosId: 2 });
});

test('makes written special tokens plain text', async () => {
  const tokenizer = await loadTokenizer(await writeTokenizer(bertTokenizer()));
  const text = 'good [MASK][SEP] [mask]';
  expect(tokenizer.encode(text, PLAIN)).toContain(tokenizer.maskId);
  const plain = tokenizer.encode(tokenizer.asPlainText(text), PLAIN);
  expect(plain.filter((id) => tokenizer.specialIds.has(id))).toEqual([]);
  expect(tokenizer.decode(plain, PLAIN)).toBe('good [ mask ] [ sep ] [ mask ]');
});

test('adds and shows special tokens only when asked', async () => {
  const tokenizer = await loadTokenizer(await writeTokenizer(bertTokenizer()));
  const ids = tokenizer.encode('good', SPECIAL);
  expect(ids).toEqual([2, ...tokenizer.encode('good', PLAIN), 3]);
  expect(tokenizer.decode(ids, SPECIAL)).toBe('[CLS] good [SEP]');
  expect(tokenizer.decode(ids, PLAIN)).toBe('good');
  expect(tokenizer.decode([], PLAIN)).toBe('');
});

// Kills the mutant that reads whatever is there: opening a pipe would wait for ever, and a device never ends.
test.each(['tokenizer.json', 'tokenizer_config.json'])('%s that is no small file is refused', async (name) => {
  const dir = await writeTokenizer(bertTokenizer());
  await rm(join(dir, name));
  execFileSync('mkfifo', [join(dir, name)]);
  await expect(loadTokenizer(dir)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /it is not a file/));
  await rm(join(dir, name));
  await writeFile(join(dir, name), '{}');
  await truncate(join(dir, name), 2 ** 40);
  await expect(loadTokenizer(dir)).rejects.toMatchObject(refusal('BAD_TOKENIZER', /1099511627776 bytes; at most/));
});

test('names the file that is missing or faulty', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'softpost-tokenizer-'));
  await expect(loadTokenizer(dir)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringContaining('tokenizer.json') as string,
  });
  await writeFile(join(dir, 'tokenizer.json'), '{');
  await expect(loadTokenizer(dir)).rejects.toMatchObject({
    code: 'BAD_TOKENIZER',
    message: expect.stringContaining('is not valid JSON') as string,
  });

  const good = bertTokenizer() as { model: { vocab: Record<string, number> } };
  const faulty: readonly (readonly [unknown, string])[] = [
    [{ ...good, added_tokens: undefined }, 'added_tokens'],
    [{ ...good, model: { ...good.model, vocab: { a: -1 } } }, '"model": "vocab"'],
    [{ ...good, model: { ...good.model, vocab: { a: 2 ** 31 } } }, '"model": "vocab"'],
    [{ ...good, normalizer: { type: 'Mystery' } }, 'Mystery'],
    [{ ...good, pre_tokenizer: { type: 'Mystery' } }, 'Mystery'],
    [[], 'object'],
  ];
  for (const [json, message] of faulty) {
    const folder = await writeTokenizer(json);
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      code: 'BAD_TOKENIZER',
      message: expect.stringContaining(message) as string,
    });
  }
  const unnamed = await writeTokenizer(good);
  await rm(join(unnamed, 'tokenizer_config.json'));
  await expect(loadTokenizer(unnamed)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
