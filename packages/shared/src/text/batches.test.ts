import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { lengthBuckets, padRight } from './batches.ts';

test('pads on the right to a multiple and keeps lengths and scored positions', () => {
  const examples = [
    { inputIds: Int32Array.of(5, 6, 7), scoredIndex: 2 },
    { inputIds: Int32Array.of(8), scoredIndex: 0 },
  ];
  expect(padRight(examples, 9, 4)).toEqual({
    inputIds: Int32Array.of(5, 6, 7, 9, 8, 9, 9, 9),
    batch: 2,
    length: 4,
    lengths: Int32Array.of(3, 1),
    scored: Int32Array.of(2, 0),
  });
  expect(padRight(examples, 9).length).toBe(3);
});

test('buckets by length, in order of appearance where equal', () => {
  expect(lengthBuckets([3, 1, 2, 1, 3], 2)).toEqual([[1, 3], [2, 0], [4]]);
});

test('buckets cover every index once and never pad past the next bucket', () => {
  const lengthsAndSize = fc.tuple(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 8 }));
  fc.assert(
    fc.property(lengthsAndSize, ([lengths, size]) => {
      const buckets = lengthBuckets(lengths, size);
      expect(buckets.flat().toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
      expect(buckets.every((bucket) => bucket.length <= size)).toBe(true);
      const sorted = buckets.flat().map((index) => lengths[index] ?? 0);
      expect(sorted).toEqual(lengths.toSorted((a, b) => a - b));
    }),
  );
});
