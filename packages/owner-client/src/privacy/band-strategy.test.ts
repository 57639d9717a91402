import { expect, test } from 'vitest';
import { bandStrategy, columnScale, prefixSumError } from './band-strategy.ts';
import { lowerInverse, product, square, strategyMatrix } from './dense-bands.fixture.ts';

const SHAPES = [
  [1, 1],
  [1, 7],
  [2, 2],
  [3, 8],
  [4, 30],
  [16, 16],
  [16, 50],
] as const;

// Kills: coefficients that are not normalised, the last columns left short (then less noise than charged would do, and more is added), a column
// scaled by the norm of another one. A longer column would be more sensitivity than the accountant charges.
test.each(SHAPES)('%i bands, %i steps: every column of C has norm 1', (bands, steps) => {
  const matrix = strategyMatrix(bandStrategy(bands, steps));
  for (let j = 0; j < steps; j++) expect(Math.hypot(...matrix.map((row) => row[j]!))).toBeCloseTo(1, 12);
});

test.each(SHAPES)('%i bands, %i steps: the error is that of the matrices written out', (bands, steps) => {
  const strategy = bandStrategy(bands, steps);
  const prefixSums = square(steps, (i, j) => (i < j ? 0 : 1));
  const error = product(prefixSums, lowerInverse(strategyMatrix(strategy)));
  expect(prefixSumError(strategy)).toBeCloseTo(Math.hypot(...error.flat()) / Math.sqrt(steps), 10);
});

test('one band is DP-SGD: C is the identity, and the error sqrt((T + 1) / 2)', () => {
  const strategy = bandStrategy(1, 9);
  expect([...strategy.coefficients]).toEqual([1]);
  expect(columnScale(strategy, 8)).toBe(1);
  expect(prefixSumError(strategy)).toBeCloseTo(Math.sqrt(5), 14);
});

// From a separate program (NumPy, L-BFGS): the best banded Toeplitz C with its columns scaled, and the best banded C at all.
test.each([
  [4, 64, 10.474054, 10.318087],
  [16, 64, 5.424643, 5.256096],
  [4, 128, 19.026507, 18.824458],
  [16, 128, 8.178584, 7.945445],
])('%i bands, %i steps: the mean squared error is %f, the best of any banded C %f', (bands, steps, ours, best) => {
  const error = prefixSumError(bandStrategy(bands, steps)) ** 2;
  expect(error).toBeCloseTo(ours, 5);
  expect(error).toBeGreaterThan(best);
  expect(error).toBeLessThan(1.035 * best);
});

test('with noise of the same size, more bands mean less error', () => {
  const errors = [1, 2, 4, 8, 16].map((bands) => prefixSumError(bandStrategy(bands, 200)));
  expect(errors).toEqual(errors.toSorted((a, b) => b - a));
});

test.each([
  ['no band', 0, 10],
  ['17 bands', 17, 100],
  ['more bands than steps', 4, 3],
  ['half a band', 1.5, 10],
  ['too many steps for the optimiser', 2, 1e6 + 1],
  ['no step', 1, 0],
])('%s is refused', (_, bands, steps) => {
  expect(() => bandStrategy(bands, steps)).toThrow(expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }));
});
