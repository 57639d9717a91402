import { expect, test } from 'vitest';
import { integerScale } from './integer-scale.ts';

const SIGMAS = [2 ** -20, 1e-3, 0.1, 0.3, 1 / 3, 0.62549, 1, 1.7, 2, 3, 10.1, 64, 1000, 2 ** 20];

// Kills: a quotient rounded up, so that the noise is a little below what is accounted for.
test('in exact arithmetic the noise is sigma clip norms or more', () => {
  const exact = (value: number): bigint => BigInt(value * 2 ** 73);
  for (const sigma of SIGMAS) {
    const { scaleBits, clipSteps } = integerScale(sigma);
    expect(BigInt(clipSteps) * exact(sigma) <= exact(2 ** scaleBits), String(sigma)).toBe(true);
    expect((clipSteps * sigma) / 2 ** scaleBits).toBeGreaterThan(1 - 2e-3);
    expect(clipSteps).toBeLessThanOrEqual(2 ** 21);
    if (sigma < 500) expect(clipSteps).toBeGreaterThan(2 ** 20 - 2 ** 10);
  }
});

test.each([2 ** -21, 2 ** 21, NaN])('the noise multiplier %d is refused', (sigma) => {
  expect(() => integerScale(sigma)).toThrow(expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }));
});
