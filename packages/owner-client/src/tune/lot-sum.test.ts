import { seededRandom } from '@softpost/shared/seeded-random';
import { expect, test } from 'vitest';
import { integerScale } from '../privacy/integer-scale.ts';
import type { NoiseMode } from '@softpost/shared/privacy/noise-mode';
import { CLIPPINGS, createSamplingPlan, type Clipping, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { insecureTestRandom } from './csprng.ts';
import { lotSum } from './lot-sum.ts';

const LENGTH = 3000;
const CLIP = 0.3;

function planWith(noiseMode: NoiseMode, clipping: Clipping = 'flat', noiseMultiplier = 1.7): SamplingPlan {
  const sizes = { publicSize: 1000, lotSize: 10, steps: 1, delta: 1e-5 };
  return createSamplingPlan({ ...sizes, clipNorm: CLIP, noiseMultiplier, noiseMode, clipping });
}

/** The noisy sum in whole grid steps; the noise depends on the seed alone. */
function integerSum(plan: SamplingPlan, records: readonly Float32Array[]): readonly bigint[] {
  const sum = lotSum(plan, LENGTH);
  records.forEach((record) => sum.add(record));
  const step = CLIP / integerScale(plan.noiseMultiplier).clipSteps;
  return Array.from(sum.release(insecureTestRandom(6)), (value) => {
    expect(Math.abs(value / step - Math.round(value / step))).toBeLessThan(1e-4);
    return BigInt(Math.round(value / step));
  });
}

/** What `record` adds to a lot of two others, in grid steps. */
function contribution(plan: SamplingPlan, record: Float32Array): readonly bigint[] {
  const others = [wave(0.2, 1), wave(3, 2)];
  const without = integerSum(plan, others);
  return integerSum(plan, [...others, record]).map((value, i) => value - without[i]!);
}

function wave(norm: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: LENGTH }, () => 2 * random() - 1);
  const length = Math.hypot(...values);
  return values.map((value) => (value * norm) / length);
}

const square = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value * value, 0n);

const filled = (value: number): Float32Array => new Float32Array(LENGTH).fill(value);
const adversarial: readonly (readonly [string, Float32Array])[] = [
  ['1e30', filled(1e30)],
  ['the largest float32', filled(3.4e38)],
  ['one huge entry', wave(1, 3).with(7, -3e38)],
  ['denormals', filled(1e-45)],
  ['zero', filled(0)],
  ['NaN', wave(1, 4).with(2999, NaN)],
  ['Infinity', wave(1, 5).with(0, -Infinity)],
  ['all of the clip norm, each entry just below a grid step', filled(CLIP / Math.sqrt(LENGTH))],
  ...Array.from({ length: 12 }, (_, i) => [`random ${i}`, wave(0.05 * 1.5 ** i, i)] as const),
];

// Kills: no clipping, a clip norm per entry, rounding to the nearest instead of towards zero, a NaN record that adds anything.
test.each(CLIPPINGS)('exact, %s: no record changes the integer sum by more than the clip norm', (clipping) => {
  const plan = planWith('exact', clipping);
  const bound = BigInt(integerScale(plan.noiseMultiplier).clipSteps) ** 2n;
  for (const [name, record] of adversarial) expect(square(contribution(plan, record)) <= bound, name).toBe(true);
});

// Kills: the same faults in float64. The slack is that of rounding both noisy sums to the grid.
test.each(CLIPPINGS)('rounded, %s: no record changes the sum by more than the clip norm', (clipping) => {
  const plan = planWith('rounded', clipping);
  const noisySum = (records: readonly Float32Array[]): Float64Array => {
    const sum = lotSum(plan, LENGTH);
    records.forEach((record) => sum.add(record));
    return sum.release(insecureTestRandom(6));
  };
  const without = noisySum([wave(0.2, 1)]);
  for (const [name, record] of adversarial) {
    const change = noisySum([wave(0.2, 1), record]).map((value, i) => value - without[i]!);
    expect(Math.hypot(...change), name).toBeLessThan(CLIP + Math.sqrt(LENGTH) * 2 ** -21);
  }
});

// Kills: a bound kept by dropping what is clipped, or by a clip norm that is too small.
test.each(CLIPPINGS)('exact, %s: a long gradient uses nearly all of the clip norm', (clipping) => {
  const plan = planWith('exact', clipping);
  const { clipSteps } = integerScale(plan.noiseMultiplier);
  for (const norm of [5, 1e9, 1e30]) {
    const used = Math.sqrt(Number(square(contribution(plan, wave(norm, 8)))));
    expect(used / clipSteps).toBeGreaterThan(0.997);
  }
});

// Kills: rounding to the nearest: half of the entries would grow.
test('exact: every entry is truncated towards zero', () => {
  const gradient = wave(0.2, 9);
  const { clipSteps } = integerScale(1.7);
  const expected = Array.from(gradient, (value) => BigInt(Math.trunc((value * clipSteps) / CLIP)));
  expect(contribution(planWith('exact'), gradient)).toEqual(expected);
});

test.each(['exact', 'rounded'] as const)('%s: AUTO-S scales a gradient to C |g| / (|g| + 0.01)', (noiseMode) => {
  const plan = planWith(noiseMode, 'auto-s', 1e-3);
  for (const norm of [0.001, 0.01, 0.3, 4]) {
    const added = (records: readonly Float32Array[]): Float64Array => {
      const sum = lotSum(plan, LENGTH);
      records.forEach((record) => sum.add(record));
      return sum.release(insecureTestRandom(3));
    };
    const without = added([]);
    const length = Math.hypot(...added([wave(norm, 2)]).map((value, i) => value - without[i]!));
    expect(length / ((CLIP * norm) / (norm + 0.01))).toBeCloseTo(1, 2);
  }
});

// Kills: 0 * Infinity in the clipping factor.
test.each(['exact', 'rounded'] as const)('%s: a clip norm near the end of float64 gives no NaN', (noiseMode) => {
  for (const [clipping, clipNorm] of [
    ['auto-s', 1e307],
    ['flat', 1e-300],
  ] as const) {
    const sizes = { publicSize: 1000, lotSize: 10, steps: 1, delta: 1e-5, noiseMultiplier: 1 };
    const sum = lotSum(createSamplingPlan({ ...sizes, clipNorm, noiseMode, clipping }), 2);
    sum.add(Float32Array.of(0, 0));
    sum.add(Float32Array.of(1, -1));
    expect(sum.release(insecureTestRandom(1)).every(Number.isFinite)).toBe(true);
  }
});

// Kills: half the noise, noise / 4, noise without the clip norm, noise for each record, none for an empty lot.
test.each([
  ['exact', 0],
  ['exact', 3],
  ['rounded', 0],
  ['rounded', 3],
] as const)('%s: a sum of %i records has noise of standard deviation sigma C once', (noiseMode, records) => {
  const length = 500_000;
  const sum = lotSum(planWith(noiseMode), length);
  for (let i = 0; i < records; i++) sum.add(new Float32Array(length));
  const deviation = 1.7 * CLIP;
  const variance = sum.release(insecureTestRandom(4)).reduce((total, value) => total + value * value, 0) / length;
  expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / length));
});

test('the norm that is told is that before clipping', () => {
  for (const mode of ['exact', 'rounded'] as const) {
    const sum = lotSum(planWith(mode), 2);
    expect(sum.add(Float32Array.of(30, 40))).toBeCloseTo(50, 9);
    expect(sum.add(Float32Array.of(NaN, 40))).toBeNaN();
  }
});
