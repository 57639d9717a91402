import { expect, test } from 'vitest';
import { dpAccounting } from '../../../../test/fixtures/dp-accounting.ts';
import { privacyEpsilon, privacyNoise } from './query.ts';

// Kills: returning the end of the bracket that misses the target; calibrating with another accountant than reports.
test.each(dpAccounting.calibration)(
  '$name at epsilon $epsilon: the noise found reaches the target, and is no more than needed',
  ({ q, steps, delta, epsilon, sigmaPld }) => {
    const run = { samplingRate: q, steps, delta };
    const found = privacyNoise({ ...run, epsilon });
    expect(found.epsilon).toBeLessThanOrEqual(epsilon);
    expect(privacyEpsilon({ ...run, noiseMultiplier: found.noiseMultiplier }).epsilon).toBe(found.epsilon);
    expect(privacyEpsilon({ ...run, noiseMultiplier: found.noiseMultiplier * 0.99999 }).epsilon).toBeGreaterThan(
      epsilon,
    );
    expect(found.noiseMultiplier / sigmaPld).toBeCloseTo(1, 3);
  },
);

test('an epsilon out of reach is refused', () => {
  expect(() => privacyNoise({ samplingRate: 1, steps: 1e9, delta: 1e-9, epsilon: 1e-3 })).toThrow(
    expect.objectContaining({ code: 'PRIVACY_UNREACHABLE' }),
  );
});

test('a huge epsilon gives the least noise on offer', () => {
  expect(privacyNoise({ samplingRate: 0.01, steps: 1, delta: 1e-5, epsilon: 1e6 })).toMatchObject({
    noiseMultiplier: 2 ** -6,
  });
});
