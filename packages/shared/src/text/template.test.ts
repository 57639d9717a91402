import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTaskEncoder, type EncodedText, type ModelKind } from './template.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';
import {
  LLAMA_MODEL,
  REFERENCE_MODEL,
  bertTokenizer,
  fromRoot,
  robertaTokenizer,
  writeTokenizer,
} from './tokenizers.fixture.ts';
import { readTexts } from './read-examples.ts';

const bert = await loadTokenizer(await writeTokenizer(bertTokenizer()));
const roberta = await loadTokenizer(await writeTokenizer(robertaTokenizer()));
const gpt2 = REFERENCE_MODEL ? await loadTokenizer(REFERENCE_MODEL) : undefined;
const llama = LLAMA_MODEL ? await loadTokenizer(LLAMA_MODEL) : undefined;

const SPECIAL = { specialTokens: true };
const show = (tokenizer: Tokenizer, { inputIds }: EncodedText): string => tokenizer.decode([...inputIds], SPECIAL);
const masks = (tokenizer: Tokenizer, { inputIds }: EncodedText): number =>
  inputIds.filter((id) => id === tokenizer.maskId).length;

test('a masked input has the mask scored, between the special tokens', () => {
  const encoded = createTaskEncoder(bert, 'masked', '{text} It was {mask}.', 32)('Good film');
  expect(show(bert, encoded)).toBe('[CLS] good film it was [MASK]. [SEP]');
  expect(encoded.scoredIndex).toBe(5);
});

test('a masked template without {mask} gets one at its end', () => {
  const encoded = createTaskEncoder(bert, 'masked', '{text} It was', 32)('good');
  expect(show(bert, encoded)).toBe('[CLS] good it was [MASK] [SEP]');
});

test('a RoBERTa mask takes the space before it', () => {
  const encoded = createTaskEncoder(roberta, 'masked', '{text} It was {mask}.', 32)('good');
  const text = show(roberta, encoded);
  expect(text).toBe('<s>good It was<mask>.</s>');
  expect(encoded.inputIds[encoded.scoredIndex]).toBe(roberta.maskId);
});

test.skipIf(!gpt2)('a causal input ends before the mask and scores its last token', () => {
  if (!gpt2) return;
  const whole = gpt2.encode('A fine film. It was', SPECIAL);
  for (const template of ['{text} It was {mask}.', '{text} It was', '{text} It was \n{mask}']) {
    const encoded = createTaskEncoder(gpt2, 'causal', template, 32)('A fine film.');
    expect([...encoded.inputIds]).toEqual(whole);
    expect(encoded.scoredIndex).toBe(whole.length - 1);
  }
});

test.skipIf(!llama)('a causal input keeps the start token that the tokenizer adds', () => {
  if (!llama) return;
  const encoded = createTaskEncoder(
    llama,
    'causal',
    'Review: {text} It was {mask}',
    24,
  )('once upon a time '.repeat(20));
  expect(encoded.inputIds[0]).toBe(llama.bosId);
  expect(encoded.inputIds).toHaveLength(24);
  expect(show(llama, encoded)).toMatch(/^<s> ?Review:.* time +It was$/);
});

test.skipIf(!gpt2)('an input is never empty', () => {
  if (!gpt2) return;
  expect(createTaskEncoder(gpt2, 'causal', '{text} {mask}', 8)('')).toEqual({
    inputIds: Int32Array.of(gpt2.bosId ?? -1),
    scoredIndex: 0,
  });
});

// Kills: taking the first mask id as the scored one; leaving special tokens of the text in place.
test.each([
  ['{text} It was {mask}.', '[CLS] [ mask ] good [ sep ] [ cls ] it was [MASK]. [SEP]'],
  ['{mask} review: {text}', '[CLS] [MASK] review : [ mask ] good [ sep ] [ cls ] [SEP]'],
])('special tokens spelled out in a text are only text: %s', (template, expected) => {
  const encoded = createTaskEncoder(bert, 'masked', template, 64)('[MASK] good [SEP][CLS]');
  expect(show(bert, encoded)).toBe(expected);
  expect(encoded.inputIds[encoded.scoredIndex]).toBe(bert.maskId);
});

// A mask token matched after lower-casing is also made of "[mask]", which no spelling rule catches. Kills: dropping maskedInput.
test.each(['{text} It was {mask}.', '{mask} It was {text}'])(
  'one mask stays where the normalizer makes more: %s',
  async (template) => {
    const tokenizer = await loadTokenizer(await writeTokenizer(bertTokenizer({ normalized: true })));
    expect(tokenizer.encode('[mask]', { specialTokens: false })).toEqual([tokenizer.maskId]);
    const bare = createTaskEncoder(tokenizer, 'masked', template, 64)('good');
    const encoded = createTaskEncoder(tokenizer, 'masked', template, 64)('[mask] good [mask]');
    expect(encoded).toEqual(bare);
  },
);

test('a long text loses tokens on its left only', () => {
  const encode = createTaskEncoder(bert, 'masked', 'Review: {text} It was {mask}.', 12);
  expect(show(bert, encode('bad bad bad good good the great film'))).toBe(
    '[CLS] review : good the great film it was [MASK]. [SEP]',
  );
  expect(show(bert, encode('good the great film'))).toBe('[CLS] review : good the great film it was [MASK]. [SEP]');
});

interface Case {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly kind: ModelKind;
}
const CASES: readonly Case[] = [
  { name: 'BERT', tokenizer: bert, kind: 'masked' },
  { name: 'RoBERTa', tokenizer: roberta, kind: 'masked' },
  ...(gpt2 ? [{ name: 'GPT-2', tokenizer: gpt2, kind: 'causal' } as const] : []),
  ...(llama ? [{ name: 'Llama', tokenizer: llama, kind: 'causal' } as const] : []),
];

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('good ', 'the', ' ', '\n', '.', '[MASK]', '<mask>', '</s>', 'It was') },
  fc.string({ unit: 'grapheme', maxLength: 3 }),
);
const anyText = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
const anyTemplate = fc.constantFrom(
  '{text} It was {mask}.',
  '{text}',
  'Review: {text} It was',
  'Review:\n{text}\nIt was {mask}',
  '"{text}" was {mask} !',
);
/** Text without case, white space and special tokens, which tokenizers do not all give back. */
const squeeze = (text: string): string => text.toLowerCase().replaceAll(/\s|\[(?:cls|sep|mask)\]|<\/?s>|<mask>/g, '');

test.each(CASES)(
  'with $name an input keeps template, mask and limit, and loses tokens on its left only',
  ({ tokenizer, kind }) => {
    fc.assert(
      fc.property(anyText, anyTemplate, fc.integer({ min: 1, max: 30 }), (text, template, extra) => {
        const unlimited = createTaskEncoder(tokenizer, kind, template, 10_000);
        const bare = unlimited('');
        const whole = unlimited(text);
        const limit = bare.inputIds.length + extra;
        const encoded = createTaskEncoder(tokenizer, kind, template, limit)(text);
        const { length } = encoded.inputIds;
        const cut = [...encoded.inputIds.slice(0, limit - extra), ...whole.inputIds.slice(-extra)];
        const shortened = length === limit ? cut : [...bare.inputIds];
        expect([...encoded.inputIds]).toEqual(whole.inputIds.length <= limit ? [...whole.inputIds] : shortened);

        const [before = '', after = ''] = template.split('{text}');
        const shown = squeeze(show(tokenizer, encoded));
        expect(shown.startsWith(squeeze(before))).toBe(true);
        const end = kind === 'causal' ? after.split('{mask}', 1)[0] : after.replace('{mask}', '');
        expect(shown.endsWith(squeeze(end ?? ''))).toBe(true);

        expect(length).toBeLessThanOrEqual(limit);
        expect(encoded.scoredIndex).toBe(
          kind === 'causal' ? length - 1 : encoded.inputIds.indexOf(tokenizer.maskId ?? -1),
        );
        expect(masks(tokenizer, encoded)).toBe(kind === 'masked' ? 1 : 0);
      }),
      { numRuns: 200 },
    );
  },
);

/** Shortened inputs of texts that begin at each of 20 places, and what the tokens of the whole text say they must be. */
function shorten(tokenizer: Tokenizer, kind: ModelKind, text: string): { shortened: number[][]; expected: number[][] } {
  const template = '{text} It was {mask}.';
  const whole = createTaskEncoder(tokenizer, kind, template, 1_000_000)(text).inputIds;
  const encode = createTaskEncoder(tokenizer, kind, template, 40);
  const lead = tokenizer.encode('', SPECIAL).length - (kind === 'masked' ? 1 : 0);
  const end = [...whole.slice(0, lead), ...whole.slice(whole.length - 40 + lead)];
  const starts = Array.from({ length: 20 }, (_, start) => start);
  return { shortened: starts.map((start) => [...encode(text.slice(start)).inputIds]), expected: starts.map(() => end) };
}

test.each(CASES)('with $name shortening characters first gives the tokens of the whole text', ({ tokenizer, kind }) => {
  const text = 'Ünïcode 日本 😀 and transporting the good film; it was  great!\n\n'.repeat(200);
  const { shortened, expected } = shorten(tokenizer, kind, text);
  expect(shortened).toEqual(expected);
});

// With these the characters taken at first would make hardly more tokens than the limit. Kills: no SURPLUS, so that the
// tokens of half a word are kept.
test.each([1, 2, 3])('words cut in half are among the tokens dropped (%d spaces)', (spaces) => {
  const { shortened, expected } = shorten(bert, 'masked', `great film${' '.repeat(spaces)}`.repeat(200));
  expect(shortened).toEqual(expected);
});

// Behind "x", "good" falls to pieces that do not fit. Kills: cutting into the template.
test('the template stands alone where the text takes its room', () => {
  const encode = createTaskEncoder(bert, 'masked', '{text}good {mask}', 4);
  expect(encode('x')).toEqual(encode(''));
  expect(show(bert, encode('x'))).toBe('[CLS] good [MASK] [SEP]');
});

// Kills: encoding all of a long text before it is cut.
test.each(CASES)('with $name only the end of a text of megabytes is read', ({ tokenizer, kind }) => {
  let characters = 0;
  const encode: Tokenizer['encode'] = (text, option) => {
    characters += text.length;
    return tokenizer.encode(text, option);
  };
  const encoder = createTaskEncoder({ ...tokenizer, encode }, kind, '{text} It was {mask}.', 16);
  for (const text of [
    'a good film '.repeat(500_000),
    'x'.repeat(2_000_000),
    ' '.repeat(2_000_000),
    '😀'.repeat(1_000_000),
  ]) {
    characters = 0;
    expect(encoder(text).inputIds.length).toBeLessThanOrEqual(16);
    expect(characters).toBeLessThan(40_000);
  }
});

const IMDB = fromRoot('../shared/data/imdb/validation.jsonl');
test.skipIf(!gpt2 || !IMDB)('reviews are shortened to the end of their own tokens', async () => {
  if (!gpt2) return;
  const encode = createTaskEncoder(gpt2, 'causal', '{text} It was {mask}', 64);
  for (const text of (await readTexts(IMDB ?? '')).slice(0, 50)) {
    const whole = gpt2.encode(`${text} It was`, SPECIAL);
    expect([...encode(text).inputIds]).toEqual(whole.slice(-64));
  }
});

test.each([
  ['TEXT_TOO_LONG', 'masked', bert, '{text} It was {mask}.', 5],
  ['BAD_TASK_FILE', 'masked', bert, '{text} It was [MASK].', 32],
  ['BAD_TASK_FILE', 'masked', bert, 'It was {mask}.', 32],
  ['BAD_TASK_FILE', 'causal', bert, '{mask} was {text}', 32],
] as const)('refuses with %s: %s', (code, kind, tokenizer, template, maxLength) => {
  expect(() => createTaskEncoder(tokenizer, kind, template, maxLength)).toThrow(expect.objectContaining({ code }));
});

test.skipIf(!llama)('refuses a masked task where there is no mask token', () => {
  if (!llama) return;
  expect(() => createTaskEncoder(llama, 'masked', '{text}', 32)).toThrow(
    expect.objectContaining({ code: 'BAD_TOKENIZER' }),
  );
});
