import { expect, test } from 'vitest';
import { createSamplingPlan, planPrivacy } from '../privacy/sampling-plan.ts';
import { highestTruePositiveRate, privacyCurve } from './trade-off.ts';

const constants = { publicSize: 100, lotSize: 100, steps: 1, delta: 1e-6, clipNorm: 1, noiseMultiplier: 2 };
const plan = createSamplingPlan(constants);

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

// Kills: exact noise accused by bounds that are proven for continuous noise only.
test('the curve of exact noise is that of its own accountant', () => {
  const exact = createSamplingPlan({ ...constants, noiseMode: 'exact' });
  const [first] = privacyCurve(exact);
  expect(first).toEqual({ delta: exact.delta, epsilon: planPrivacy(exact).epsilon });
  expect(first!.epsilon).toBeGreaterThan(planPrivacy(plan).epsilon);
});

test('nothing is allowed beyond 1, and no claim allows everything', () => {
  expect(highestTruePositiveRate(privacyCurve(plan), 1)).toBe(1);
  expect(highestTruePositiveRate([], 0.01)).toBe(1);
});
