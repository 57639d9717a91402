/** @file Labels of causal and masked language models. */

import type { Tokenizer } from '@softpost/shared/text/tokenizer';
import { expect, test } from 'vitest';
import { labellerFor } from './labelled-batch.ts';

const MASK = 4;
const special = { maskId: MASK, specialIds: new Set([0, 1, 2, 3, MASK]), vocabSize: 1000 };
const tokenizer = special as unknown as Tokenizer;
const rows = Array.from({ length: 100 }, (_, row) =>
  Int32Array.from({ length: 100 }, (__, at) => (at === 99 ? 2 : 5 + ((row * 100 + at) % 990))),
);

test('a causal model is asked for the next token, and for none after the last', () => {
  const { sequences, labels, labelled } = labellerFor('causal', tokenizer)([Int32Array.of(7, 8, 9)], 1);
  expect(sequences[0]).toEqual(Int32Array.of(7, 8, 9));
  expect(labels).toEqual(Int32Array.of(8, 9, -1));
  expect(labelled).toBe(2);
});

test('a masked model is asked for 15 % of the tokens, of which 80 % are masked, 10 % replaced, 10 % left', () => {
  const { sequences, labels, labelled } = labellerFor('masked', tokenizer)(rows, 1);
  const before = rows.flatMap((row) => [...row]);
  const after = sequences.flatMap((row) => [...row]);
  const asked = [...labels.keys()].filter((at) => labels[at]! >= 0);
  expect(labelled).toBe(asked.length);
  expect(labelled / 9900).toBeCloseTo(0.15, 1);
  expect(asked.every((at) => labels[at] === before[at] && before[at] !== 2)).toBe(true);
  expect(after.every((id, at) => labels[at]! >= 0 || id === before[at])).toBe(true);
  const share = (is: (at: number) => boolean): number => asked.filter(is).length / labelled;
  expect(share((at) => after[at] === MASK)).toBeCloseTo(0.8, 1);
  expect(share((at) => after[at] === before[at])).toBeCloseTo(0.1, 1);
});

test('masks depend on the seed alone, and a batch always has a label', () => {
  const label = labellerFor('masked', tokenizer);
  expect(label(rows, 7)).toEqual(label(rows, 7));
  expect(label(rows, 7).labels).not.toEqual(label(rows, 8).labels);
  for (let seed = 0; seed < 20; seed++) {
    expect(label([Int32Array.of(9, 2)], seed).labelled).toBeGreaterThan(0);
    // Mutant: the first token of the row, special or not.
    expect(label([Int32Array.of(1, 9, 2)], seed).labels).toEqual(Int32Array.of(-1, 9, -1));
  }
});
