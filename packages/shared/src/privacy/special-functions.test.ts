import { expect, test } from 'vitest';
import { erfcx, logAddExp, logExpm1, logNormalTail, normalTail } from './special-functions.ts';

/** Relative difference, as the reference values span many orders of magnitude. */
function off(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}

// Reference values: mpmath, 40 digits.
test.each([
  [-2, 108.94090438997797],
  [-0.3, 1.4537492328427655],
  [0, 1],
  [0.001, 0.9988726200811514],
  [0.3, 0.7345993345676551],
  [0.499, 0.616203392583896],
  [0.5, 0.6156903441929259],
  [0.7, 0.525930337349441],
  [1, 0.427583576155807],
  [2, 0.25539567631050575],
  [3.3, 0.16400729757293264],
  [6.2, 0.08985810831974592],
  [6.3, 0.08846589935285219],
  [10, 0.05614099274382259],
  [30, 0.01879588886141675],
  [1000, 0.0005641893014533876],
])('erfcx(%d) is right to 2e-15', (x, expected) => {
  expect(off(erfcx(x), expected)).toBeLessThan(2e-15);
});

test.each([
  [-8, -6.220960574271786e-16],
  [-3, -0.0013508099647481938],
  [-1, -0.17275377902344988],
  [0, -Math.LN2],
  [0.5, -1.1759117615936185],
  [3, -6.607726221510349],
  [8, -35.01343715991455],
  [40, -804.6084420137538],
])('the log of the normal tail at %d is right to 1e-14', (x, expected) => {
  expect(off(logNormalTail(x), expected)).toBeLessThan(1e-14);
});

test('the normal tail at 0 is one half', () => {
  expect(normalTail(0)).toBeCloseTo(0.5, 15);
});

test('log-add-exp keeps huge and infinite arguments', () => {
  expect(logAddExp(1000, 1000)).toBeCloseTo(1000 + Math.LN2, 12);
  expect(logAddExp(-Infinity, -3)).toBe(-3);
  expect(logAddExp(-Infinity, -Infinity)).toBe(-Infinity);
});

test('log(e^x - 1) keeps small and huge arguments', () => {
  expect(off(logExpm1(1e-10), Math.log(1e-10))).toBeLessThan(1e-11);
  expect(logExpm1(1000)).toBe(1000);
});
