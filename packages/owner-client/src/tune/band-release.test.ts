import { expect, test } from 'vitest';
import { bandStrategy } from '../privacy/band-strategy.ts';
import { lowerInverse, product, strategyMatrix, type Matrix } from '../privacy/dense-bands.fixture.ts';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import { bandRelease } from './band-release.ts';
import { insecureTestRandom } from './csprng.ts';
import { addNoise } from './noise.ts';

const SIGMA = 1.5;
const plan = createSamplingPlan({
  publicSize: 100,
  lotSize: 10,
  steps: 1,
  delta: 1e-4,
  clipNorm: 1,
  noiseMultiplier: SIGMA,
});

/** Any numbers, the same for the same arguments. */
function sumOf(step: number, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, i) => 50 * Math.sin(7 * step + 3 * i + 1));
}

/** The clipped sums x, what the mechanism was given and gave (C x and y), and the noisy sums, each [steps][width]. */
function run(bands: number, steps: number, width: number, seed = 4) {
  const random = insecureTestRandom(seed);
  const { release } = bandRelease(bandStrategy(bands, steps), width);
  const encoded: Float64Array[] = [];
  const noisy: Float64Array[] = [];
  const results = Array.from({ length: steps }, (_, step) => {
    const sum = sumOf(step, width);
    release(sum, step, (row) => {
      encoded.push(row.slice());
      addNoise(plan, row, random);
      noisy.push(row.slice());
    });
    return sum;
  });
  return { encoded, noisy, results };
}

function times(matrix: Matrix, rows: readonly Float64Array[], t: number, i: number): number {
  return matrix[t]!.reduce((sum, entry, s) => sum + entry * rows[s]![i]!, 0);
}

const SHAPES = [
  [1, 6],
  [2, 6],
  [4, 9],
  [16, 20],
] as const;

// Kills: noise on the sum itself instead of C x, a coefficient of another age, a memory one row too short, the last columns unscaled. What the
// mechanism is given has the sensitivity that band-event.test.ts measures, and everything else is computed from what it gave.
test.each(SHAPES)(
  '%i bands, %i steps: the noise is added to C x, and C^-1 of the noisy rows is used',
  (bands, steps) => {
    const { encoded, noisy, results } = run(bands, steps, 3);
    const matrix = strategyMatrix(bandStrategy(bands, steps));
    const inverse = lowerInverse(matrix);
    const sums = results.map((_, step) => sumOf(step, 3));
    results.forEach((row, t) =>
      row.forEach((value, i) => {
        expect(encoded[t]![i]).toBeCloseTo(times(matrix, sums, t, i), 10);
        expect(value).toBeCloseTo(times(inverse, noisy, t, i), 10);
      }),
    );
  },
);

// Kills: noise drawn once for several coordinates or steps, noise that is not Z's size.
test('over many coordinates the noise has covariance sigma^2 C^-1 C^-T', () => {
  const [bands, steps, width] = [3, 5, 100_000];
  const noise = run(bands, steps, width).results.map((row, step) => {
    const sum = sumOf(step, width);
    return row.map((value, i) => (value - sum[i]!) / SIGMA);
  });
  const inverse = lowerInverse(strategyMatrix(bandStrategy(bands, steps)));
  const covariance = product(
    inverse,
    inverse.map((_, i) => inverse.map((row) => row[i]!)),
  );
  for (let s = 0; s < steps; s++) {
    for (let t = 0; t < steps; t++) {
      const sampled = noise[s]!.reduce((sum, value, i) => sum + value * noise[t]![i]!, 0) / width;
      const standardError = Math.sqrt((covariance[s]![s]! * covariance[t]![t]! + covariance[s]![t]! ** 2) / width);
      expect(Math.abs(sampled - covariance[s]![t]!)).toBeLessThan(5 * standardError);
    }
  }
  const [row] = noise;
  const neighbours = row!.subarray(1).reduce((sum, value, i) => sum + value * row![i]!, 0) / width;
  expect(Math.abs(neighbours)).toBeLessThan((5 * covariance[0]![0]!) / Math.sqrt(width));
});

test('one band is DP-SGD, to the last bit', () => {
  const random = insecureTestRandom(4);
  run(1, 4, 50).results.forEach((row, step) => {
    const sum = sumOf(step, 50);
    addNoise(plan, sum, random);
    expect(row).toEqual(sum);
  });
});

// Kills: a memory saved as float32, rows saved in another order, one of the two memories not saved.
test('a restarted run gives the same sums, to the last bit', () => {
  const [steps, width] = [12, 40];
  const strategy = bandStrategy(4, steps);
  const step = (target: ReturnType<typeof bandRelease>, at: number): Float64Array => {
    const sum = sumOf(at, width);
    target.release(sum, at, (row) => addNoise(plan, row, insecureTestRandom(at)));
    return sum;
  };
  const before = bandRelease(strategy, width);
  for (let at = 0; at < 7; at++) step(before, at);
  const after = bandRelease(strategy, width);
  after.restore(before.save());
  for (let at = 7; at < steps; at++) expect(step(after, at)).toEqual(step(before, at));
});

test('one band has nothing to save', () => {
  expect(bandRelease(bandStrategy(1, 5), 3).save()).toEqual({});
});

test.each([
  ['no sums', {}],
  ['fewer bands', bandRelease(bandStrategy(2, 9), 5).save()],
  ['another width', bandRelease(bandStrategy(4, 9), 4).save()],
])('a checkpoint with %s is refused', (_, arrays) => {
  const release = bandRelease(bandStrategy(4, 9), 5);
  expect(() => release.restore(arrays)).toThrow(expect.objectContaining({ code: 'BAD_CHECKPOINT' }));
});
