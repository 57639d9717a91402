import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountFor } from './accountant.ts';
import { composed, gaussian, sampledGaussian, selfComposed } from './event.ts';

interface Run {
  readonly q: number;
  readonly sigma: number;
  readonly steps: number;
  readonly delta: number;
}

const account = ({ q, sigma, steps, delta }: Run) =>
  accountFor(selfComposed(sampledGaussian({ samplingRate: q, noiseMultiplier: sigma }), steps), {
    delta,
    adjacency: 'add-or-remove-one',
  });

const runs = fc.record({
  q: fc.double({ min: 0.002, max: 0.5, noNaN: true }),
  sigma: fc.double({ min: 0.6, max: 4, noNaN: true }),
  steps: fc.integer({ min: 1, max: 300 }),
  delta: fc.double({ min: 1e-9, max: 1e-3, noNaN: true }),
});

/** The grid moves with the parameters and adds up to 0.02 % of variance, so equal values may differ by that much. */
const GRID = 1.001;

// Kills: any parameter that does not reach the accountant, or reaches it the wrong way round.
test('epsilon falls with more noise and a larger delta, and grows with rate and steps', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const { epsilon } = account(run);
      expect(account({ ...run, sigma: run.sigma * 1.3 }).epsilon).toBeLessThanOrEqual(epsilon * GRID);
      expect(account({ ...run, delta: run.delta * 3 }).epsilon).toBeLessThanOrEqual(epsilon * GRID);
      expect(account({ ...run, q: run.q * 1.5 }).epsilon * GRID).toBeGreaterThanOrEqual(epsilon);
      expect(account({ ...run, steps: run.steps * 2 }).epsilon * GRID).toBeGreaterThanOrEqual(epsilon);
    }),
    { numRuns: 8, seed: 1 },
  );
});

test('the privacy loss distribution is never looser than RDP, and the smaller one is reported, rounded up', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const { epsilon, pld, rdp } = account(run);
      expect(Math.max(pld.add, pld.remove)).toBeLessThanOrEqual(rdp.epsilon * GRID);
      expect(epsilon).toBeGreaterThanOrEqual(Math.min(rdp.epsilon, Math.max(pld.add, pld.remove)));
    }),
    { numRuns: 15, seed: 2 },
  );
});

test('at rate 1 adding and removing a record cost the same', () => {
  const { pld } = account({ q: 1, sigma: 3, steps: 7, delta: 1e-6 });
  expect(pld.add).toBe(pld.remove);
});

test('one Gaussian release among sampled ones costs more than none', () => {
  const sampled = selfComposed(sampledGaussian({ samplingRate: 0.01, noiseMultiplier: 1 }), 100);
  const claim = { delta: 1e-6, adjacency: 'add-or-remove-one' } as const;
  expect(accountFor(composed([sampled, gaussian(10)]), claim).epsilon).toBeGreaterThan(
    accountFor(sampled, claim).epsilon,
  );
});

test.each([0, 1, -1, NaN])('delta %d is refused', (delta) => {
  expect(() => account({ q: 0.1, sigma: 1, steps: 1, delta })).toThrow(
    expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }),
  );
});
