import { expect, test } from 'vitest';
import { insecureTestRandom } from './csprng.ts';
import { discreteGaussian } from './discrete-gaussian.ts';

const COUNT = 400_000;

function draws(scaleBits: number, seed = 5): Float64Array {
  const random = insecureTestRandom(seed);
  return Float64Array.from({ length: COUNT }, () => discreteGaussian(scaleBits, random));
}

// Kills: a wrong coin anywhere (exp(-1) for exp(-1/2), w for w^2 coins, no factor 1/k, odd for even runs), zero counted twice because it
// has two signs, one sign only, tails cut off after three sigma. The chi-square limits are 99.99 % points.
test.each([
  [0, 3, 29.9],
  [1, 7, 44.3],
  [3, 28, 105],
])('at sigma 2^%i every integer up to %i comes as often as it should', (scaleBits, reach, limit) => {
  const sigma = 2 ** scaleBits;
  const weight = (y: number): number => Math.exp(-(y * y) / (2 * sigma * sigma));
  const all = Array.from({ length: 80 * sigma + 1 }, (_, i) => i - 40 * sigma);
  const total = all.reduce((sum, y) => sum + weight(y), 0);
  const values = draws(scaleBits);
  let chiSquare = 0;
  const compare = (isIn: (y: number) => boolean): void => {
    const expected = (COUNT * all.filter(isIn).reduce((sum, y) => sum + weight(y), 0)) / total;
    chiSquare += (values.filter(isIn).length - expected) ** 2 / expected;
  };
  for (let y = -reach; y <= reach; y++) compare((value) => value === y);
  compare((value) => value > reach);
  compare((value) => value < -reach);
  expect(chiSquare).toBeLessThan(limit);
});

// Kills: half the noise, noise / 4, tails cut off, at the size that runs use. Four standard errors catch 0.9 % of scale.
test('at sigma 2^20 moments and tails are those of the normal distribution', () => {
  const values = draws(20).map((value) => value / 2 ** 20);
  const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / COUNT;
  expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(COUNT));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / COUNT));
  const beyond = values.filter((value) => Math.abs(value) > 4).length;
  expect(Math.abs(beyond - COUNT * 6.334e-5)).toBeLessThan(4 * Math.sqrt(COUNT * 6.334e-5));
});

// Kills: only the high bits random, so that the low bits of a sum would show through.
test('the low bits are even', () => {
  const values = draws(20);
  for (let bit = 0; bit < 16; bit++) {
    const ones = values.filter((value) => Math.floor(value / 2 ** bit) % 2 !== 0).length;
    expect(Math.abs(ones / COUNT - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(COUNT));
  }
});

// Kills: a decision by a float, word / 2^32 < 1 / k. A third of 2^32 is no integer, and the word left over must be drawn again.
test('no word decides more than whole numbers allow', () => {
  const consumed = (words: readonly number[]): readonly [number, number] => {
    let next = 0;
    return [discreteGaussian(0, { word: () => words[next++] ?? 0xffffffff }), next];
  };
  // At sigma 1: exp(0) needs no word; exp(-1) by coins 1/2 yes, 1/3 no; exp(-1) again, 1/2 no; the sign; exp(0), where 1/2 fails.
  const [yes, no, third] = [0, 0xfffffffe, 0xffffffff];
  const [value, words] = consumed([yes, no, no, no, no]);
  expect([value, words]).toEqual([-1, 5]);
  expect(consumed([yes, third, no, no, no, no])).toEqual([value, words + 1]);
});
