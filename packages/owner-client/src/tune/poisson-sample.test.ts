import { expect, test } from 'vitest';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import { insecureTestRandom, type RandomSource } from './csprng.ts';
import { drawLot } from './poisson-sample.ts';

function planWith(lotSize: number, publicSize: number) {
  return createSamplingPlan({ publicSize, lotSize, steps: 1, delta: 1e-9, clipNorm: 1, noiseMultiplier: 1 });
}

const DRAWS = 4000;
const RECORDS = 100;

function inclusion(lotSize: number): {
  readonly sizes: readonly number[];
  readonly counts: Float64Array;
  readonly together: number;
} {
  const random = insecureTestRandom(11);
  const plan = planWith(lotSize, 100);
  const counts = new Float64Array(RECORDS);
  let together = 0;
  const sizes = Array.from({ length: DRAWS }, () => {
    const lot = drawLot(plan, RECORDS, random);
    lot.forEach((record) => (counts[record] = (counts[record] ?? 0) + 1));
    if (lot.includes(3) && lot.includes(4)) together++;
    return lot.length;
  });
  return { sizes, counts, together };
}

// Kills: a wrong rate (chi-square of the counts of 100 records, 99.99 % point 161.3).
test('every record joins with the probability of the plan', () => {
  const { counts } = inclusion(20);
  const chiSquare = counts.reduce((sum, count) => sum + (count - DRAWS * 0.2) ** 2 / (DRAWS * 0.2 * 0.8), 0);
  expect(chiSquare).toBeLessThan(161.3);
});

// Kills: shuffling or fixed-size sampling instead of independent coins (their lot size has variance 0).
test('the lot size varies as a binomial does', () => {
  const { sizes } = inclusion(20);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / DRAWS;
  const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / DRAWS;
  expect(Math.abs(mean - 20)).toBeLessThan(4 * Math.sqrt(16 / DRAWS));
  expect(Math.abs(variance - 16)).toBeLessThan(4 * 16 * Math.sqrt(2 / DRAWS));
});

// Kills: one coin for neighbouring records.
test('two records join independently', () => {
  const { together } = inclusion(20);
  expect(Math.abs(together - DRAWS * 0.04)).toBeLessThan(4 * Math.sqrt(DRAWS * 0.04 * 0.96));
});

// Kills: empty lots dropped or drawn again.
test('a small rate gives empty lots as often as (1 - q)^N says', () => {
  const { sizes } = inclusion(1);
  const empty = 0.99 ** RECORDS;
  expect(Math.abs(sizes.filter((size) => size === 0).length - DRAWS * empty)).toBeLessThan(
    4 * Math.sqrt(DRAWS * empty * (1 - empty)),
  );
});

// Kills: a lot cut off at the expected size.
test('a lot may be larger than expected', () => {
  expect(Math.max(...inclusion(20).sizes)).toBeGreaterThan(25);
});

// Kills: rounding the threshold up, or comparing with <=: the rate would exceed what is accounted for.
test('the coin turns exactly at floor(q 2^53)', () => {
  const constant = (value: number): RandomSource => ({ secure: false, word: () => 0, bits53: () => value });
  const threshold = Math.floor((1 / 3) * 2 ** 53);
  expect(drawLot(planWith(1, 3), 1, constant(threshold - 1))).toHaveLength(1);
  expect(drawLot(planWith(1, 3), 1, constant(threshold))).toHaveLength(0);
});

test('rate 1 takes every record, in order', () => {
  expect([...drawLot(planWith(5, 5), 4, insecureTestRandom(1))]).toEqual([0, 1, 2, 3]);
});
