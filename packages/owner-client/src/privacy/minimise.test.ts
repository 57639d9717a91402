import { expect, test } from 'vitest';
import { minimise, type Slope } from './minimise.ts';

/** Rosenbrock's curved valley; its minimum is at (1, 1). */
function valley([x = 0, y = 0]: Float64Array): Slope {
  const bend = y - x * x;
  return {
    value: (1 - x) ** 2 + 100 * bend * bend,
    gradient: Float64Array.of(-2 * (1 - x) - 400 * x * bend, 200 * bend),
  };
}

test('the end of a curved valley is found', () => {
  const [x, y] = minimise(valley, Float64Array.of(-1.2, 1));
  expect(x).toBeCloseTo(1, 5);
  expect(y).toBeCloseTo(1, 5);
});

test('the same start gives the same point, to the last bit', () => {
  const start = Float64Array.of(-1.2, 1);
  expect(minimise(valley, start)).toEqual(minimise(valley, start));
  expect([...start]).toEqual([-1.2, 1]);
});

test('a function of no variables is at its minimum', () => {
  expect(minimise(() => ({ value: 1, gradient: new Float64Array() }), new Float64Array())).toHaveLength(0);
});
