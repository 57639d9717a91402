import { expect, test } from 'vitest';
import { watchGradients } from './gradient-health.ts';

test('clip fraction and quantiles are those of the finite gradients', () => {
  const watch = watchGradients(50);
  for (let norm = 1; norm <= 100; norm++) watch.see(norm);
  watch.see(NaN);
  const { clipFraction, normQuantiles } = watch.summary();
  expect(clipFraction).toBe(0.5);
  [10, 50, 90, 100].forEach((norm, i) => {
    expect(normQuantiles[i]).toBeGreaterThanOrEqual(norm * (1 - 1e-9));
    expect(normQuantiles[i]).toBeLessThan(norm * 1.045);
  });
});

test('a gradient of zero has a place', () => {
  const watch = watchGradients(1);
  watch.see(0);
  expect(watch.summary()).toEqual({ clipFraction: 0, normQuantiles: [0, 0, 0, 0] });
});

test('without gradients there is nothing to say', () => {
  expect(watchGradients(1).summary()).toEqual({ clipFraction: null, normQuantiles: [] });
});
