import { expect, test } from 'vitest';
import { dpAccounting } from '../../../../test/fixtures/dp-accounting.ts';
import { gaussianEpsilon } from './gaussian.ts';
import { epsilonFromPld } from './pld.ts';

const phase = (sigma: number, q: number, steps: number) => ({ samplingRate: q, noiseMultiplier: sigma, steps });

function worse(phases: Parameters<typeof epsilonFromPld>[0], delta: number): number {
  return Math.max(epsilonFromPld(phases, 'remove', delta), epsilonFromPld(phases, 'add', delta));
}

// Below epsilon 0.02 the reference is limited by its own grid of 1e-4, so only its upper end counts there; the brackets below pin that region.
// Kills: epsilon from the central limit theorem (too small in 112 rows), mass rounded down to the grid, only the add direction.
test.each(dpAccounting.epsilon.filter(({ q }) => q < 1))(
  'row $id agrees with the reference',
  ({ sigma, q, steps, delta, reference, prvLower }) => {
    const epsilon = worse([phase(sigma, q, steps)], delta);
    expect(epsilon).toBeLessThanOrEqual(Math.max(1.005 * reference, reference + 1e-3));
    expect(epsilon).toBeGreaterThanOrEqual(reference < 0.02 ? prvLower : Math.max(prvLower, 0.99 * reference));
  },
);

// Brackets from rounding every loss of the remove direction down and up to a grid of 1e-9 to 4e-8 and composing by FFT (numpy).
test.each([
  { sigma: 3, steps: 1000, delta: 1.4848030408766277e-5, low: 0.0019922, high: 0.0019963 },
  { sigma: 1.5, steps: 100, delta: 1e-6, low: 0.0022552, high: 0.0022593 },
  { sigma: 1.5, steps: 1000, delta: 1.4848030408766277e-5, low: 0.0051689, high: 0.005179 },
])(
  'sigma $sigma, q 1e-4, $steps steps: a small epsilon is not lost in the grid',
  ({ sigma, steps, delta, low, high }) => {
    const epsilon = worse([phase(sigma, 1e-4, steps)], delta);
    expect(epsilon).toBeGreaterThan(low);
    expect(epsilon).toBeLessThan(high);
  },
);

test.each(dpAccounting.composition)(
  'phases of different parameters compose: $epsilonPld',
  ({ phases, delta, epsilonPld }) => {
    const epsilon = worse(
      phases.map(({ sigma, q, steps }) => phase(sigma, q, steps)),
      delta,
    );
    expect(epsilon / epsilonPld).toBeGreaterThan(0.999);
    expect(epsilon / epsilonPld).toBeLessThan(1.001);
  },
);

// Kills: negatives and rounding of the FFT left in, which puts the answer anywhere once delta is below 1e-12; no tilt.
test.each([1e-5, 1e-12, 1e-30, 1e-100])(
  'the full-batch Gaussian at delta %d is met from above in both directions',
  (delta) => {
    const exact = gaussianEpsilon(0.5, delta);
    for (const direction of ['add', 'remove'] as const) {
      const epsilon = epsilonFromPld([phase(5, 1, 50), phase(5, 1, 50)], direction, delta);
      expect(epsilon).toBeGreaterThanOrEqual(exact);
      expect(epsilon).toBeLessThan(exact * 1.001);
    }
  },
);

test('splitting a phase changes nothing', () => {
  expect(worse([phase(1, 0.01, 70), phase(1, 0.01, 30)], 1e-6)).toBe(worse([phase(1, 0.01, 100)], 1e-6));
});

test('a delta above the total variation distance needs no epsilon', () => {
  expect(worse([phase(1, 0.01, 1)], 0.5)).toBe(0);
});

test('noise too small for the arithmetic has no bound', () => {
  expect(worse([phase(1e-4, 0.01, 10)], 1e-5)).toBe(Infinity);
});
