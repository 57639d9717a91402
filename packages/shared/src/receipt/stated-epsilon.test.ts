import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountFor, type PrivacyReport } from '../privacy/accountant.ts';
import { bestOf, sampledGaussian, selfComposed } from '../privacy/event.ts';
import { PRIVATE_BODY } from './receipt.fixture.ts';
import type { PrivateReceipt } from './receipt.ts';
import { recomputedEpsilon, roundUp, statedEpsilon } from './stated-epsilon.ts';

const key = { keyId: PRIVATE_BODY.promptDigest, publicKey: 'A'.repeat(43) };
const receipt: PrivateReceipt = { ...PRIVATE_BODY, ...key };

// Kills: epsilon rounded down, or to the nearest.
test('a figure is rounded up, by less than a millionth and the last bit', () => {
  const values = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(values, (value) => {
      expect(roundUp(value)).toBeGreaterThanOrEqual(value);
      expect(roundUp(value)).toBeLessThanOrEqual(value + 1e-6 + value * 1e-15);
    }),
    { numRuns: 5000, seed: 1 },
  );
  expect(roundUp(0.1234561)).toBe(0.123457);
  expect(roundUp(0.123456)).toBe(0.123456);
});

test('what was stated once is stated again', () => {
  const values = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(values, (value) => {
      expect(roundUp(roundUp(value))).toBe(roundUp(value));
    }),
    { numRuns: 5000, seed: 2 },
  );
});

test('a method without a bound states none', () => {
  const rdp = { epsilon: 2, order: 3, atEdge: false };
  const report: PrivacyReport = { epsilon: 2.5, pld: { add: Infinity, remove: 2.5 }, rdp };
  expect(statedEpsilon(report)).toEqual({
    enforced: 2.5,
    pld: { add: null, remove: 2.5 },
    rdp: { epsilon: 2, order: 3 },
  });
});

test('the numbers of a receipt give its epsilon again', () => {
  expect(recomputedEpsilon(receipt)).toEqual(PRIVATE_BODY.epsilon);
});

// Kills: a choice among runs that is declared and not paid for.
test('a choice among runs costs more, by the accountant of selection', () => {
  const trials = { kind: 'truncated-negative-binomial', eta: 1, gamma: 0.1 } as const;
  const chosen = recomputedEpsilon({ ...receipt, selection: { procedure: 'best-of', trials } });
  const run = selfComposed(sampledGaussian({ samplingRate: 64 / 4096, noiseMultiplier: 1.5 }), 20);
  const { epsilon } = accountFor(bestOf(run, trials), { delta: 1e-6, adjacency: 'add-or-remove-one' });
  expect(chosen).toMatchObject({ enforced: roundUp(epsilon), pld: { add: null, remove: null } });
  expect(chosen.enforced).toBeGreaterThan(1.3 * PRIVATE_BODY.epsilon.enforced);
});

// Kills: memory taken for a table whose size a stranger's numbers decide.
test.each([
  { noiseMultiplier: Number.MIN_VALUE },
  { noiseMultiplier: 1e-9 },
  { noiseMultiplier: 1e-5 },
  { noiseMultiplier: 1e-3 },
  { noiseMultiplier: 1e300 },
  { steps: 1e9 },
  { steps: 1e9, noiseMultiplier: 0.01 },
  { steps: 1e9, noiseMultiplier: 1e5 },
  { delta: Number.MIN_VALUE },
  { delta: 1 - 2 ** -53 },
  { samplingRate: '1/999999999999999' },
  { samplingRate: '1/999999999999999', steps: 1e9, noiseMultiplier: 0.3 },
  { samplingRate: '999999999999998/999999999999999' },
  { samplingRate: '1/1', steps: 1e9 },
] as const)('extreme numbers give a bound, or none: %j', (change) => {
  expect(recomputedEpsilon({ ...receipt, ...change }).enforced).toBeGreaterThanOrEqual(0);
});
