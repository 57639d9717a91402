/** @file What the accountant charges a run with bands, against the matrix that the run uses. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountFor } from '@softpost/shared/privacy/accountant';
import { bandStrategy } from './band-strategy.ts';
import { strategyMatrix } from './dense-bands.fixture.ts';
import { bandedGaussian, phasesOf } from '@softpost/shared/privacy/event';
import { createSamplingPlan, planEvents } from './sampling-plan.ts';

/** |C p|^2 for the worst pattern p of steps in which a record of some group can take part. */
function squaredSensitivity(bands: number, steps: number): number {
  const matrix = strategyMatrix(bandStrategy(bands, steps));
  let worst = 0;
  for (let group = 0; group < bands; group++) {
    const turns = Array.from({ length: steps }, (_, step) => step).filter((step) => step % bands === group);
    for (let pattern = 0; pattern < 2 ** turns.length; pattern++) {
      const taken = turns.filter((_, i) => (pattern >> i) & 1);
      const shifts = matrix.map((row) => taken.reduce((sum, step) => sum + row[step]!, 0));
      worst = Math.max(
        worst,
        shifts.reduce((sum, shift) => sum + shift * shift, 0),
      );
    }
  }
  return worst;
}

// Kills: floor(T / b) compositions instead of the ceiling, columns that are too long, rows shared by two contributions (groups that meet every
// b - 1 steps). At rate 1 the events are k Gaussians of sensitivity 1 with the same sigma, which is one of squared sensitivity k.
test.each([
  [1, 5],
  [2, 9],
  [3, 8],
  [3, 9],
  [4, 13],
  [5, 12],
])('%i bands, %i steps: the worst participation of a record is what the accountant charges', (bands, steps) => {
  const { coefficients } = bandStrategy(bands, steps);
  const event = bandedGaussian({ samplingRate: 1, noiseMultiplier: 2, steps, coefficients });
  const [charged] = phasesOf(event, 'add-or-remove-one');
  expect(squaredSensitivity(bands, steps)).toBeCloseTo(charged!.steps, 10);
});

const options = { publicSize: 1000, lotSize: 50, steps: 30, delta: 1e-5, clipNorm: 1, noiseMultiplier: 1.1 };

// Kills: a run with bands that is charged as DP-SGD, with the sampling rate of all records: most of its epsilon would be missing.
test.each([
  [1, 0.05, 30],
  [4, 0.2, 8],
  [7, 0.35, 5],
])('%i bands: a record joins with rate %f, in %i steps', (bands, samplingRate, steps) => {
  const plan = createSamplingPlan({ ...options, bands });
  expect(plan.samplingRate).toBe(samplingRate);
  expect(phasesOf(planEvents(plan), 'add-or-remove-one')).toEqual([{ samplingRate, noiseMultiplier: 1.1, steps }]);
});

test('one band is the event of DP-SGD', () => {
  const plan = createSamplingPlan(options);
  const banded = bandedGaussian({ ...plan, coefficients: [1] });
  expect(phasesOf(banded, 'add-or-remove-one')).toEqual(phasesOf(planEvents(plan), 'add-or-remove-one'));
});

// Kills: bands that do not reach the accountant, or the wrong way round.
test('epsilon falls with more noise, and grows with lots and steps', () => {
  const epsilon = (bands: number, lotSize: number, steps: number, noiseMultiplier: number): number => {
    const plan = createSamplingPlan({ ...options, publicSize: 2000, lotSize, steps, noiseMultiplier, bands });
    return accountFor(planEvents(plan), { delta: 1e-5, adjacency: 'add-or-remove-one' }).epsilon;
  };
  const grid = 1.001;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 5, max: 100 }),
      fc.integer({ min: 16, max: 200 }),
      fc.double({ min: 0.7, max: 4, noNaN: true }),
      (bands, lotSize, steps, sigma) => {
        const here = epsilon(bands, lotSize, steps, sigma);
        expect(epsilon(bands, lotSize, steps, 1.3 * sigma)).toBeLessThanOrEqual(here * grid);
        expect(epsilon(bands, lotSize + 20, steps, sigma) * grid).toBeGreaterThanOrEqual(here);
        expect(epsilon(bands, lotSize, steps + bands, sigma) * grid).toBeGreaterThanOrEqual(here);
      },
    ),
    { numRuns: 8, seed: 3 },
  );
});

test('a lot that no group could fill is refused', () => {
  const rate = (lotSize: number): number => createSamplingPlan({ ...options, lotSize, bands: 4 }).samplingRate;
  expect(rate(250)).toBe(1);
  expect(() => rate(251)).toThrow(expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }));
});

// Kills: numbers that no longer add up to the integers that exact noise is proven for.
test('exact noise and bands exclude each other', () => {
  const exact = { ...options, noiseMode: 'exact', bands: 2 } as const;
  expect(() => createSamplingPlan(exact)).toThrow(expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }));
  expect(createSamplingPlan({ ...exact, bands: 1 }).noiseMode).toBe('exact');
});

test('the best of several runs with bands needs more noise', () => {
  const trials = { kind: 'poisson', mean: 4 } as const;
  const { publicSize, lotSize, steps, delta, clipNorm } = options;
  const constants = { publicSize, lotSize, steps, delta, clipNorm, epsilon: 8, bands: 4 };
  const sigma = (choice: object): number => createSamplingPlan({ ...constants, ...choice }).noiseMultiplier;
  expect(sigma({ trials })).toBeGreaterThan(1.05 * sigma({}));
});
