import { expect, test } from 'vitest';
import { dpAccounting } from '../../../../test/fixtures/dp-accounting.ts';
import { composedGaussian, gaussianDelta, gaussianEpsilon } from './gaussian.ts';

// Kills: composition by steps instead of sqrt(steps); 1/s in place of 1/(2s).
test.each(dpAccounting.epsilon.filter(({ q }) => q === 1))(
  'row $id (full batch) is exact',
  ({ sigma, steps, delta, reference }) => {
    expect(gaussianEpsilon(composedGaussian([{ noiseMultiplier: sigma, steps }]), delta) / reference).toBeCloseTo(1, 9);
  },
);

test('delta at epsilon 0 and multiplier 1 is the total variation distance 0.38292492', () => {
  expect(gaussianDelta(1, 0)).toBeCloseTo(0.3829249225480262, 14);
});

test('a very small delta keeps its digits', () => {
  expect(gaussianDelta(1, gaussianEpsilon(1, 1e-60)) / 1e-60).toBeCloseTo(1, 10);
});

test('a delta above the total variation distance needs no epsilon', () => {
  expect(gaussianEpsilon(1, 0.4)).toBe(0);
});
