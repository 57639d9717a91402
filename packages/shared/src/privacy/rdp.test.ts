import { expect, test } from 'vitest';
import { dpAccounting } from '../../../../test/fixtures/dp-accounting.ts';
import { epsilonFromRdp, rdpOfPhases, rdpOfSampledGaussian } from './rdp.ts';

// Kills: sum over k from 0 with the 1 subtracted afterwards (loses all digits at q = 1e-4); binomial off by one; missing 1/(order - 1).
test.each(dpAccounting.rdpOrders)(
  'RDP at sigma $sigma, q $q, order $order is that of 40-digit integration',
  ({ sigma, q, order, rdp }) => {
    expect(Math.abs(rdpOfSampledGaussian(q, sigma, order) / rdp - 1)).toBeLessThan(
      Number.isInteger(order) ? 1e-12 : 1e-11,
    );
  },
);

test('one step of the full-batch Gaussian has RDP order / (2 sigma^2)', () => {
  expect(rdpOfSampledGaussian(1, 2, 8)).toBe(1);
});

test('steps add up', () => {
  const one = rdpOfPhases([{ samplingRate: 0.01, noiseMultiplier: 1, steps: 1 }], [2, 2.5]);
  const ten = rdpOfPhases(
    [
      { samplingRate: 0.01, noiseMultiplier: 1, steps: 7 },
      { samplingRate: 0.01, noiseMultiplier: 1, steps: 3 },
    ],
    [2, 2.5],
  );
  ten.forEach((value, i) => expect(value).toBeCloseTo(10 * (one[i] ?? NaN), 12));
});

// Kills: conversion without the log((a-1)/a) or log(a) term, natural and binary logarithm mixed up.
test('RDP of 1 at order 2 and delta 1e-5 is epsilon 1 + ln(1/2) - ln(2e-5)', () => {
  expect(epsilonFromRdp([1], 1e-5, [2]).epsilon).toBeCloseTo(1 + Math.log(0.5) - Math.log(2e-5), 12);
});

test('a delta above the total variation distance gives epsilon 0', () => {
  expect(epsilonFromRdp([1e-9], 0.01, [2]).epsilon).toBe(0);
});

test('the best order at the end of the list is marked', () => {
  expect(epsilonFromRdp([1, 1], 1e-5, [2, 3])).toMatchObject({ order: 3, atEdge: true });
  expect(epsilonFromRdp([1, 1, 100], 1e-5, [2, 3, 4])).toMatchObject({ order: 3, atEdge: false });
});

// dp_accounting drops the sign of the binomial at fractional orders, so its value may be larger, never smaller by more than the order grid.
test.each(dpAccounting.epsilon.filter(({ q }) => q < 1))(
  'RDP epsilon of row $id lies between the reference and dp_accounting',
  ({ sigma, q, steps, delta, reference, rdpGoogle }) => {
    const { epsilon } = epsilonFromRdp(rdpOfPhases([{ samplingRate: q, noiseMultiplier: sigma, steps }]), delta);
    expect(epsilon).toBeGreaterThanOrEqual(reference * 0.999);
    expect(epsilon).toBeLessThanOrEqual(rdpGoogle * 1.0001);
  },
);
