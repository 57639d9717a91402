import { expect, test } from 'vitest';
import type { Phase } from './event.ts';
import { connectTheDots, type Direction, type LossDistribution } from './privacy-loss.ts';
import { normalTail } from './special-functions.ts';

/** delta(epsilon) of one step in closed form (Zhu, Dong, Wang, arXiv 2106.08567, section 5). */
function hockeyStick({ samplingRate: q, noiseMultiplier: s }: Phase, direction: Direction, epsilon: number): number {
  if (direction === 'remove') {
    const weight = Math.expm1(epsilon) + q;
    if (weight <= 0) return -Math.expm1(epsilon);
    const x = s * s * Math.log(weight / q) + 0.5;
    return q * normalTail((x - 1) / s) - weight * normalTail(x / s);
  }
  const weight = Math.expm1(-epsilon) + q;
  if (weight <= 0) return 0;
  const x = s * s * Math.log(weight / q) + 0.5;
  return normalTail(-x / s) - Math.exp(epsilon) * ((1 - q) * normalTail(-x / s) + q * normalTail((1 - x) / s));
}

function gridDelta({ first, spacing, mass, infinite }: LossDistribution, index: number): number {
  return mass.reduce(
    (sum, p, i) => (first + i > index ? sum - p * Math.expm1((index - first - i) * spacing) : sum),
    infinite,
  );
}

const cases = [
  { samplingRate: 0.01, noiseMultiplier: 1, steps: 1 },
  { samplingRate: 0.3, noiseMultiplier: 0.6, steps: 1 },
  { samplingRate: 0.001, noiseMultiplier: 4, steps: 1 },
  { samplingRate: 1, noiseMultiplier: 2, steps: 1 },
].flatMap((phase) => (['add', 'remove'] as const).map((direction) => ({ phase, direction })));

// Kills: swapped shares at the two ends of a cell; loss rounded down; the two directions exchanged.
test.each(cases)('$direction, q $phase.samplingRate: the curve is exact at the grid points', ({ phase, direction }) => {
  const spacing = 0.02;
  const loss = connectTheDots(phase, direction, spacing, 1e-15);
  for (const index of [-10, 0, 1, 5, 20, 60]) {
    const exact = hockeyStick(phase, direction, index * spacing);
    expect(Math.abs(gridDelta(loss, index) - exact)).toBeLessThan(1e-14 + 1e-9 * exact);
  }
});

// Kills: mass lost at the ends of the support.
test.each(cases)('$direction, q $phase.samplingRate: both neighbours keep probability one', ({ phase, direction }) => {
  const { first, spacing, mass } = connectTheDots(phase, direction, 0.02, 1e-15);
  const ran = mass.reduce((sum, p) => sum + p, 0);
  const other = mass.reduce((sum, p, i) => sum + p * Math.exp(-(first + i) * spacing), 0);
  expect(ran).toBeCloseTo(1, 11);
  expect(other).toBeCloseTo(1, 11);
});
