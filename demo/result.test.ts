/** @file Means and errors against numbers worked out by hand. */
import { expect, test } from 'vitest';
import { percent, samplingError, summarise } from './result.ts';

test('the standard error is the sample deviation over the root of n: 1, 2, 4, 9 have deviation √12.67, error √12.67 / 2', () => {
  expect(summarise([1, 2, 4, 9])).toEqual({
    mean: 4,
    standardError: expect.closeTo(Math.sqrt(38 / 3) / 2, 12) as number,
  });
  expect(summarise([0.5])).toEqual({ mean: 0.5, standardError: undefined });
  expect(summarise([])).toBeUndefined();
});

test('percentages show an error for several seeds only', () => {
  expect(percent([0.74, 0.75, 0.76])).toBe('75.0 ± 0.6');
  expect(percent([0.8])).toBe('80.0');
  expect(percent([])).toBe('–');
});

test('400 mails at 80 % have a sampling error of two points', () => {
  expect(samplingError(0.8, 400)).toBeCloseTo(0.02, 10);
});
