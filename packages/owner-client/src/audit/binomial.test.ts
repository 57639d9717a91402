import { expect, test } from 'vitest';
import { binomialMasses, clopperPearson, upperTail } from './binomial.ts';

// scipy 1.17.1: binom.sf(successes - 1, trials, probability)
test.each([
  [20, 0.3, 13, 0.001278879604220219],
  [1000, 0.55, 600, 0.0007933693696643445],
  [50_000, 0.5, 25_300, 0.0036939172590179452],
  [7, 0.2, 7, 1.28e-5],
  [7, 0.2, 0, 1],
])('of %i trials with probability %d, %i or more succeed', (trials, probability, successes, expected) => {
  expect(upperTail(trials, probability, successes) / expected).toBeCloseTo(1, 9);
});

test.each([0, 0.02, 0.5, 1])('the masses at probability %d add up to 1', (probability) => {
  expect(binomialMasses(300, probability).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});

// scipy 1.17.1: beta.ppf
test.each([
  [0, 10, 0, 0.3084971078187607],
  [3, 10, 0.06673951117773447, 0.6524528500599973],
  [10, 10, 0.6915028921812392, 1],
  [40, 4000, 0.007153487302456113, 0.013592504781029769],
  [61, 40_000, 0.0011666987744523628, 0.0019585011886332103],
])('%i of %i has the Clopper-Pearson bounds of scipy', (successes, trials, low, high) => {
  const bounds = clopperPearson(successes, trials, 0.025);
  expect(bounds.low).toBeCloseTo(low, 10);
  expect(bounds.high).toBeCloseTo(high, 10);
});
