import type { EncodedText } from '@softpost/shared/text/template';
import { expect, test } from 'vitest';
import { sample, splitPublicTexts, type PublicTexts } from './public-texts.ts';
import { FEWEST_JUDGED } from './verdict.ts';

/** Texts of one token each. */
const texts = (ids: Iterable<number>): readonly EncodedText[] =>
  Array.from(ids, (id) => ({ inputIds: Int32Array.of(id), scoredIndex: 0 }));

const idsOf = ({ texts: all, training, heldOut, judged }: PublicTexts) => ({
  training: training.map((index) => all[index]!.inputIds[0]!),
  heldOut: heldOut.map((index) => all[index]!.inputIds[0]!),
  judged: judged.map(({ inputIds }) => inputIds[0]!),
});

const ascending = (ids: readonly number[]): readonly number[] => ids.toSorted((a, b) => a - b);

// Kills: a verdict on texts that chose the best step, and texts that are lost.
test('texts are trained on, watched or judged, and each only one of it', () => {
  const { training, heldOut, judged } = idsOf(splitPublicTexts(texts(Array(100).keys()), 3, 'file'));
  expect([training.length, heldOut.length, judged.length]).toEqual([60, 20, 20]);
  expect(ascending([...training, ...heldOut, ...judged])).toEqual([...Array(100).keys()]);
});

test('of many texts 128 are watched and 128 judged', () => {
  const { training, heldOut, judged } = splitPublicTexts(texts(Array(2000).keys()), 3, 'file');
  expect([training.length, heldOut.length, judged.length]).toEqual([1744, 128, 128]);
});

// Kills: a duplicate on both sides, by which a text trained on is watched or judged.
test('a text that is there twice is taken once', () => {
  const twice = texts(Array.from({ length: 200 }, (_, index) => index % 100));
  const { training, heldOut, judged } = idsOf(splitPublicTexts(twice, 3, 'file'));
  expect(ascending([...training, ...heldOut, ...judged])).toEqual([...Array(100).keys()]);
});

test('too few texts to judge are judged by those watched, on which no verdict is given', () => {
  const { training, heldOut, judged } = idsOf(splitPublicTexts(texts(Array(49).keys()), 3, 'file'));
  expect([training.length, heldOut.length]).toEqual([40, 9]);
  expect(judged).toEqual(heldOut);
  expect(judged.length).toBeLessThan(FEWEST_JUDGED);
});

test('one text, or many alike, are too few', () => {
  expect(() => splitPublicTexts(texts([7, 7, 7]), 3, 'some.txt')).toThrow(
    'some.txt: a transfer needs at least 2 different',
  );
  expect(splitPublicTexts(texts([7, 8]), 3, 'file')).toMatchObject({ training: [1], heldOut: [0] });
});

test('a sample holds no item twice, and another one for another seed', () => {
  const items = [...Array(50).keys()];
  expect(new Set(sample(items, 10, 1)).size).toBe(10);
  expect(sample(items, 10, 1)).not.toEqual(sample(items, 10, 2));
  expect(ascending(sample(items, 99, 1))).toEqual(items);
});
