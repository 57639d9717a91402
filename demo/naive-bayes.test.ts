/** @file Naive Bayes against numbers worked out by hand. */
import { expect, test } from 'vitest';
import { naiveBayesAccuracy } from './naive-bayes.ts';

const train = [
  { text: 'cheap pills', label: 'spam' },
  { text: 'cheap cheap', label: 'spam' },
  { text: 'list patch', label: 'ham' },
  { text: 'patch', label: 'ham' },
] as const;

test('scores words by add-one counts and leaves out unseen ones', () => {
  // Vocabulary {cheap, pills, list, patch}. Spam: cheap (3+1)/(4+4), patch (0+1)/8 -> 4/64. Ham: cheap (0+1)/(3+4), patch (2+1)/7 -> 3/49.
  // 4/64 = 0.0625 > 3/49 = 0.0612, so "cheap patch" is spam; "patch patch" is ham (9/49 against 1/64).
  expect(naiveBayesAccuracy(train, [{ text: 'Cheap patch', label: 'spam' }])).toBe(1);
  expect(naiveBayesAccuracy(train, [{ text: 'patch, patch', label: 'ham' }])).toBe(1);
  expect(
    naiveBayesAccuracy(train, [
      { text: 'unseen words', label: 'spam' },
      { text: 'list', label: 'spam' },
    ]),
  ).toBeLessThanOrEqual(0.5);
});
