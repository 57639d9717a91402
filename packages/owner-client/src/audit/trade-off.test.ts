import { expect, test } from 'vitest';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import { highestTruePositiveRate, privacyCurve } from './trade-off.ts';

const plan = createSamplingPlan({
  publicSize: 100,
  lotSize: 100,
  steps: 1,
  delta: 1e-6,
  clipNorm: 1,
  noiseMultiplier: 2,
});

// Exact for one Gaussian release at sigma 2: Phi(Phi^-1(fpr) + 1/2), from scipy.
// Kills: a curve below what the mechanism allows, which would find the innocent guilty; one so high that it finds nobody.
test.each([
  [0.001, 0.004795559209142178],
  [0.01, 0.03389893912284281],
  [0.5, 0.6914624612740131],
])('at %d false positives the curve lies just above the exact one', (rate, exact) => {
  const allowed = highestTruePositiveRate(privacyCurve(plan), rate);
  expect(allowed).toBeGreaterThan(exact);
  expect(allowed).toBeLessThan(1.35 * exact);
});

test('nothing is allowed beyond 1, and no claim allows everything', () => {
  expect(highestTruePositiveRate(privacyCurve(plan), 1)).toBe(1);
  expect(highestTruePositiveRate([], 0.01)).toBe(1);
});
