/** @file Copies are found, word for word or nearly; different texts stay apart. */
import { expect, test } from 'vitest';
import { nearDuplicateClusters } from './near-duplicates.ts';

test('clusters a copy that differs in case, numbers and punctuation', () => {
  expect(
    nearDuplicateClusters([
      'Lose 10 pounds in 30 days!',
      'something else altogether here',
      'lose 12 POUNDS in 45 days',
    ]),
  ).toEqual([0, 1, 0]);
});

test('counts three-word runs: 4 of 6 shared is a near duplicate at one half, not at three quarters', () => {
  const texts = ['a b c d e f g', 'a b c d e f h'];
  expect(nearDuplicateClusters(texts, 0.5)).toEqual([0, 0]);
  expect(nearDuplicateClusters(texts, 0.75)).toEqual([0, 1]);
});

test('joins texts that are alike only through a third', () => {
  expect(nearDuplicateClusters(['a b c d e f', 'e f g h i j', 'a b c d e f g h i j'], 0.4)).toEqual([0, 0, 0]);
});
