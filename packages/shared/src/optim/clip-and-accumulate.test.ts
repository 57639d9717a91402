import { expect, test } from 'vitest';
import { clipAndAccumulate } from './clip-and-accumulate.ts';

/** A fixed walk through 1..2³¹−2 (Park & Miller 1988), scaled to (−1, 1). */
function noisyGradient(size: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: size }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (2 * state) / 2_147_483_647 - 1;
  });
}

/** Whether ‖x‖² ≤ bound², without rounding: entries are integer multiples of 2⁻¹⁶⁰. */
function isWithin(x: Float64Array, bound: number): boolean {
  const exact = (value: number): bigint => BigInt(value * 2 ** 160);
  return x.reduce((total, value) => total + exact(value) ** 2n, 0n) <= exact(bound) ** 2n;
}

test('a long gradient is brought to the clip norm and a short one is added as it is', () => {
  const sum = Float64Array.of(1, 1);
  expect(clipAndAccumulate(Float32Array.of(30, 40), 5, sum)).toBe(true);
  expect(sum[0]).toBeCloseTo(4, 12);
  expect(sum[1]).toBeCloseTo(5, 12);
  expect(clipAndAccumulate(Float32Array.of(0.25, 0.5), 5, sum)).toBe(true);
  expect(sum[1]).toBeCloseTo(5.5, 12);
  expect(clipAndAccumulate(new Float32Array(2), 5, sum)).toBe(true);
});

// Kills: a factor C/‖g‖ from the computed norm, without the margin for rounding; a norm in float32.
test('what one example adds is within the clip norm in exact arithmetic', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const size = 1 + ((seed * 37) % 500);
    const added = new Float64Array(size);
    clipAndAccumulate(noisyGradient(size, seed), 0.1, added);
    expect(isWithin(added, 0.1)).toBe(true);
    expect(Math.hypot(...added)).toBeGreaterThan(0.1 * (1 - 1e-12));
  }
});

// Kills: `norm > C ? C / norm : 1` for a gradient whose computed norm rounds down to C itself.
test('a gradient a rounding error above the clip norm is clipped', () => {
  const gradient = Float32Array.of(1, 2 ** -40, 2 ** -40);
  const added = new Float64Array(3);
  clipAndAccumulate(gradient, 1, added);
  expect(isWithin(added, 1)).toBe(true);
});

// Kills: clipping an infinite gradient by factor 0 (0 · ∞ is NaN), or letting NaN through because `NaN > C` is false.
test.each([NaN, Infinity, -Infinity])('a gradient with %d adds the zero vector and is reported', (bad) => {
  const sum = Float64Array.of(1, 2, 3);
  expect(clipAndAccumulate(Float32Array.of(1, bad, 1), 1, sum)).toBe(false);
  expect(sum).toEqual(Float64Array.of(1, 2, 3));
});

test('float32 entries whose squares overflow float32 are clipped, not dropped', () => {
  const sum = new Float64Array(2);
  expect(clipAndAccumulate(new Float32Array(2).fill(3e38), 1, sum)).toBe(true);
  expect(sum[0]).toBeCloseTo(Math.SQRT1_2, 12);
});

test.each([0, -1, NaN, Infinity])('the clip norm %d is refused', (clipNorm) => {
  expect(() => clipAndAccumulate(new Float32Array(1), clipNorm, new Float64Array(1))).toThrow(
    `The clip norm must be a positive number, not ${clipNorm}.`,
  );
});
