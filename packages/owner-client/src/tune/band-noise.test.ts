import { expect, test } from 'vitest';
import { bandStrategy } from '../privacy/band-strategy.ts';
import { lowerInverse, product, strategyMatrix } from '../privacy/dense-bands.fixture.ts';
import { bandNoise } from './band-noise.ts';
import { insecureTestRandom } from './csprng.ts';
import { normalPair } from './noise.ts';

function deviates(width: number, random = insecureTestRandom(4)): Float64Array {
  return Float64Array.from({ length: width }, () => normalPair(random)[0]);
}

/** Z [steps][width], and W as the recursion gives it. */
function rows(bands: number, steps: number, width: number) {
  const random = insecureTestRandom(8);
  const independent = Array.from({ length: steps }, () => deviates(width, random));
  const noise = bandNoise(bandStrategy(bands, steps), width);
  const correlated = independent.map((row, step) => {
    const copy = row.slice();
    noise.correlate(copy, step);
    return copy;
  });
  return { independent, correlated };
}

// Kills: C instead of its inverse, a coefficient of another age, a memory one row too short, the last columns unscaled.
test.each([
  [1, 6],
  [2, 6],
  [4, 9],
  [16, 20],
])('%i bands, %i steps: the recursion gives C^-1 Z', (bands, steps) => {
  const { independent, correlated } = rows(bands, steps, 3);
  const inverse = lowerInverse(strategyMatrix(bandStrategy(bands, steps)));
  correlated.forEach((row, t) =>
    row.forEach((value, i) => {
      const solved = independent.reduce((sum, z, s) => sum + inverse[t]![s]! * z[i]!, 0);
      expect(value).toBeCloseTo(solved, 12);
    }),
  );
});

// Kills: noise drawn once for several coordinates, memory shared by coordinates.
test('over many coordinates the noise has covariance C^-1 C^-T', () => {
  const [bands, steps, width] = [3, 6, 200_000];
  const { correlated } = rows(bands, steps, width);
  const inverse = lowerInverse(strategyMatrix(bandStrategy(bands, steps)));
  const covariance = product(
    inverse,
    inverse.map((_, i) => inverse.map((row) => row[i]!)),
  );
  for (let s = 0; s < steps; s++) {
    for (let t = 0; t < steps; t++) {
      const sampled = correlated[s]!.reduce((sum, value, i) => sum + value * correlated[t]![i]!, 0) / width;
      const standardError = Math.sqrt((covariance[s]![s]! * covariance[t]![t]! + covariance[s]![t]! ** 2) / width);
      expect(Math.abs(sampled - covariance[s]![t]!)).toBeLessThan(5 * standardError);
    }
  }
  const [row] = correlated;
  const neighbours = row!.subarray(1).reduce((sum, value, i) => sum + value * row![i]!, 0) / width;
  expect(Math.abs(neighbours)).toBeLessThan((5 * covariance[0]![0]!) / Math.sqrt(width));
});

test('one band leaves the noise of DP-SGD as it is, to the last bit', () => {
  const { independent, correlated } = rows(1, 4, 50);
  expect(correlated).toEqual(independent);
});

// Kills: a memory saved as float32, rows saved in another order: after a restart the noise would no longer cancel as planned, and C W would not be
// the Gaussian that is accounted for.
test('a restarted run has the same noise, to the last bit', () => {
  const [steps, width] = [12, 40];
  const strategy = bandStrategy(4, steps);
  const random = insecureTestRandom(3);
  const before = bandNoise(strategy, width);
  for (let step = 0; step < 7; step++) before.correlate(deviates(width, random), step);
  const after = bandNoise(strategy, width);
  after.restore(before.save());
  for (let step = 7; step < steps; step++) {
    const row = deviates(width, random);
    const again = row.slice();
    before.correlate(row, step);
    after.correlate(again, step);
    expect(again).toEqual(row);
  }
});

test('one band has nothing to save', () => {
  expect(bandNoise(bandStrategy(1, 5), 3).save()).toEqual({});
});

test.each([
  ['no noise', {}],
  ['fewer bands', bandNoise(bandStrategy(2, 9), 5).save()],
  ['another width', bandNoise(bandStrategy(4, 9), 4).save()],
])('a checkpoint with %s is refused', (_, arrays) => {
  const noise = bandNoise(bandStrategy(4, 9), 5);
  expect(() => noise.restore(arrays)).toThrow(expect.objectContaining({ code: 'BAD_CHECKPOINT' }));
});
