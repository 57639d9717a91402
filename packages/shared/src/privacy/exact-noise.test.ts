import { expect, test } from 'vitest';
import { accountFor, accountForExactNoise } from './accountant.ts';
import { sampledGaussian, selfComposed } from './event.ts';
import { rdpOfSampledGaussian } from './rdp.ts';

const event = selfComposed(sampledGaussian({ samplingRate: 0.05, noiseMultiplier: 0.9 }), 300);
const claim = { delta: 1e-5, adjacency: 'add-or-remove-one' } as const;

// Kills: the loss distribution or a fractional order of the continuous Gaussian reported for discrete noise.
test('only integer orders vouch for exact noise', () => {
  const { epsilon, rdp, pld } = accountForExactNoise(event, claim);
  expect(pld).toEqual({ add: Infinity, remove: Infinity });
  expect(Number.isInteger(rdp.order)).toBe(true);
  expect(epsilon).toBeGreaterThanOrEqual(rdp.epsilon);
  const usual = accountFor(event, claim);
  expect(epsilon).toBeGreaterThan(usual.epsilon);
  expect(rdp.epsilon).toBeGreaterThanOrEqual(usual.rdp.epsilon);
  expect(rdp.epsilon).toBeLessThan(usual.rdp.epsilon * 1.1);
});

/** Divergence of order `alpha` of two distributions on the same integers. */
function divergence(p: readonly number[], q: readonly number[], alpha: number): number {
  return Math.log(p.reduce((sum, value, i) => sum + value * (value / q[i]!) ** (alpha - 1), 0)) / (alpha - 1);
}

// The two statements of docs/privacy.md, by summing the discrete distributions themselves: with a shift of s the sampled discrete Gaussian
// has the divergence of the continuous one in the remove direction, and no larger one in the add direction, also at coarse sigma.
test.each([
  [1, 1, 0.1],
  [1, 2, 0.5],
  [2, 3, 0.02],
  [5, 4, 0.3],
  [3, 1, 0.999],
])('sigma %d, shift %d, rate %d: the discrete divergences are at most the accounted one', (sigma, shift, rate) => {
  const at = Array.from({ length: 40 * sigma + 200 }, (_, i) => i - 20 * sigma - 100);
  const raw = (center: number): readonly number[] => at.map((y) => Math.exp(-((y - center) ** 2) / (2 * sigma ** 2)));
  const total = raw(0).reduce((sum, value) => sum + value, 0);
  const without = raw(0).map((value) => value / total);
  const mixture = raw(shift).map((value, i) => (1 - rate) * without[i]! + (rate * value) / total);
  // Where both underflow to 0 there is nothing to add.
  const kept = at.map((_, i) => i).filter((i) => without[i]! > 1e-250);
  const [p, q] = [mixture, without].map((values) => kept.map((i) => values[i]!)) as [number[], number[]];
  for (const alpha of [2, 3, 5, 8]) {
    const accounted = rdpOfSampledGaussian(rate, sigma / shift, alpha);
    expect(divergence(p, q, alpha)).toBeCloseTo(accounted, 9);
    expect(divergence(q, p, alpha)).toBeLessThanOrEqual(accounted * (1 + 1e-9));
  }
});
