import { expect, test } from 'vitest';
import { NOISE_MODES } from '@softpost/shared/privacy/noise-mode';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import { insecureTestRandom, secureRandom } from './csprng.ts';
import { addNoise, noiseStamp } from './noise.ts';

const plan = createSamplingPlan({
  publicSize: 1000,
  lotSize: 10,
  steps: 1,
  delta: 1e-5,
  clipNorm: 0.3,
  noiseMultiplier: 1.7,
});
const DEVIATION = 1.7 * 0.3;
const COUNT = 1_000_000;

function noise(length = COUNT, random = insecureTestRandom(5)): Float64Array {
  const sum = new Float64Array(length);
  addNoise(plan, sum, random);
  return sum;
}

function moment(values: Float64Array, power: number): number {
  return values.reduce((sum, value) => sum + (value / DEVIATION) ** power, 0) / values.length;
}

// Kills: half the noise, noise / 4, noise without the clip norm, noise divided by the lot size, uniform noise of the same variance,
// no noise for an empty lot (the sum here is that of one). Four standard errors of a million draws catch 0.6 % of scale.
test('the noise is Gaussian with standard deviation sigma C', () => {
  const values = noise();
  expect(Math.abs(moment(values, 1))).toBeLessThan(4 / Math.sqrt(COUNT));
  expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT));
  expect(Math.abs(moment(values, 3))).toBeLessThan(4 * Math.sqrt(15 / COUNT));
  expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / COUNT));
});

test('the secure source gives noise of the same scale', () => {
  expect(Math.abs(moment(noise(COUNT, secureRandom()), 2) - 1)).toBeLessThan(7 * Math.sqrt(2 / COUNT));
});

// Kills: a tail cut off, as a normal deviate from too few bits has.
test('the tails are those of a normal distribution', () => {
  const beyond = noise().filter((value) => Math.abs(value) > 4 * DEVIATION).length;
  expect(Math.abs(beyond - COUNT * 6.334e-5)).toBeLessThan(4 * Math.sqrt(COUNT * 6.334e-5));
});

// Kills: one deviate used for both coordinates of a pair, the same noise in every step.
test('coordinates and steps are uncorrelated', () => {
  const random = insecureTestRandom(9);
  const first = noise(COUNT, random);
  const second = noise(COUNT, random);
  const correlation = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / (COUNT * DEVIATION ** 2);
  for (const lag of [1, 2, 3])
    expect(Math.abs(correlation(first.subarray(lag), first))).toBeLessThan(4 / Math.sqrt(COUNT));
  expect(Math.abs(correlation(first, second))).toBeLessThan(4 / Math.sqrt(COUNT));
});

// Kills: a known seed behind the secure source.
test('two runs from the secure source never agree', () => {
  expect(noise(8, secureRandom())).not.toEqual(noise(8, secureRandom()));
});

// Kills: rounding before the noise is added, or not at all.
test('every coordinate of the noisy sum lies on the grid', () => {
  const sum = Float64Array.of(0.1, -0.2, 1 / 3);
  addNoise(plan, sum, insecureTestRandom(2));
  for (const value of sum) expect(Number.isInteger(value * 2 ** 21)).toBe(true);
});

test('the noise is added to the sum', () => {
  const sum = new Float64Array(1001).fill(50);
  addNoise(plan, sum, insecureTestRandom(5));
  expect(Math.max(...sum.map((value, i) => Math.abs(value - 50 - (noise(1001)[i] ?? NaN))))).toBeLessThan(2 ** -20);
});

test('a sum that is not finite is refused', () => {
  expect(() => addNoise(plan, Float64Array.of(0, NaN), insecureTestRandom(1))).toThrow(/not finite/);
});

test('noise from a test source is stamped as such, whatever its mode', () => {
  for (const noiseMode of NOISE_MODES) {
    expect(noiseStamp({ ...plan, noiseMode }, secureRandom())).toBe(noiseMode);
    expect(noiseStamp({ ...plan, noiseMode }, insecureTestRandom(1))).toBe('insecure-test');
  }
});
