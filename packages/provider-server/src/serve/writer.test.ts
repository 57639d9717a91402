import { loadTokenizer, type Tokenizer } from '@softpost/shared/text/tokenizer';
import { LLAMA_MODEL, REFERENCE_MODEL } from '@softpost/shared/text/tokenizers.fixture';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWriter, type FinishReason, type WritingOptions } from './writer.ts';

const GREEDY = { maxTokens: 1000, temperature: 0, topP: 1, seed: 1, stop: [] };
const TOKENIZERS = await Promise.all(
  Object.entries({ 'GPT-2': REFERENCE_MODEL, Llama: LLAMA_MODEL }).flatMap(([name, dir]) =>
    dir === undefined ? [] : [loadTokenizer(dir).then((tokenizer) => ({ name, tokenizer }))],
  ),
);

/** Logits that say `id`. */
function saying(id: number, vocabulary: number): Float32Array {
  return new Float32Array(vocabulary).fill(0).fill(9, id, id + 1);
}

/** The pieces that come out where the model says these ids. */
function write(
  tokenizer: Tokenizer,
  ids: readonly number[],
  options: Partial<WritingOptions> = {},
  before: readonly number[] = tokenizer.encode('It was', { specialTokens: true }),
): { readonly pieces: readonly string[]; readonly finish: FinishReason | undefined } {
  const writer = createWriter(tokenizer, before, { ...GREEDY, ...options });
  const pieces: string[] = [];
  for (const id of ids) {
    const { text, finish } = writer.next(saying(id, tokenizer.vocabSize));
    pieces.push(text);
    if (finish) return { pieces, finish };
  }
  return { pieces, finish: undefined };
}

const TEXT = ' a café 😀👩‍👩‍👧 日本語 — done.\n\nEnd';

// Kills: decoding each token by itself; forgetting the context; showing an incomplete character.
test.each(TOKENIZERS)('with $name the pieces are whole characters and join to the text', ({ tokenizer }) => {
  const anyText = fc.array(fc.oneof(fc.constant(TEXT), fc.string({ unit: 'grapheme', maxLength: 5 })), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(anyText, (parts) => {
      const before = tokenizer.encode('It was', { specialTokens: true });
      const text = tokenizer.asPlainText(parts.join(''));
      const ids = tokenizer.encode(`It was${text}`, { specialTokens: true }).slice(before.length);
      const whole = tokenizer.decode([...before, ...ids], { specialTokens: false });
      const { pieces } = write(tokenizer, ids);
      // Both end in half a character only where the cut at `before` fell into one.
      fc.pre(!whole.endsWith('\uFFFD') && whole.startsWith(tokenizer.decode(before, { specialTokens: false })));
      expect(pieces.join('')).toBe(whole.slice(tokenizer.decode(before, { specialTokens: false }).length));
      for (const piece of pieces) expect(piece).toBe(piece.toWellFormed());
    }),
    { numRuns: 100 },
  );
});

test.each(TOKENIZERS)('with $name a character of several tokens comes in one piece', ({ tokenizer }) => {
  const ids = tokenizer.encode('😀', { specialTokens: false });
  expect(ids.length).toBeGreaterThan(1);
  const { pieces } = write(tokenizer, ids);
  expect(pieces.slice(0, -1).join('').trim()).toBe('');
  expect(pieces.at(-1)).toBe('😀');
  // Half of it is never shown, also where the text ends there. Kills: flushing the bytes at the end.
  const cut = write(tokenizer, ids.slice(0, -1), { maxTokens: ids.length - 1 });
  expect(cut.pieces.join('').trim()).toBe('');
  expect(cut.finish).toBe('length');
});

// Kills: looking for stop strings in single pieces; showing the beginning of one before the rest is known.
test.each(TOKENIZERS)('with $name a text ends before a stop string that spans tokens', ({ tokenizer }) => {
  const before = tokenizer.encode('It was', { specialTokens: true });
  const ids = tokenizer.encode('It was a good film, a good-natured one', { specialTokens: true }).slice(before.length);
  const { pieces, finish } = write(tokenizer, ids, { stop: ['never', 'good-nat'] });
  expect(finish).toBe('stop');
  expect(pieces.join('')).toBe(' a good film, a ');
  expect(write(tokenizer, ids, { stop: ['good-natty'] }).pieces.join('')).toBe(' a good film, a good-natured one');
  expect(write(tokenizer, ids, { stop: ['film', 'good'] }).pieces.join('')).toBe(' a ');
});

// Kills: losing what was held back for a stop string that never came.
test('what was held back for a stop string is shown when the text ends', () => {
  const { tokenizer } = TOKENIZERS[0]!;
  const ids = tokenizer.encode(' a good', { specialTokens: false });
  const stop = ['good day'];
  expect(write(tokenizer, ids, { stop, maxTokens: ids.length }).pieces.join('')).toBe(' a good');
  expect(write(tokenizer, [...ids, tokenizer.eosId!], { stop })).toMatchObject({ finish: 'stop' });
  expect(write(tokenizer, [...ids, tokenizer.eosId!], { stop }).pieces.join('')).toBe(' a good');
});

test('an endless stop string costs no more than a short one', () => {
  const { tokenizer } = TOKENIZERS[0]!;
  const [id] = tokenizer.encode('aa', { specialTokens: false });
  const { pieces } = write(tokenizer, new Array<number>(900).fill(id!), { stop: [`${'aa'.repeat(2000)}b`] });
  expect(pieces.join('')).toBe('');
});
