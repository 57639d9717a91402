/** @file float16 and bfloat16 against their definitions, every bit pattern. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { narrowBf16, narrowF16, widenBf16, widenF16 } from './half.ts';

const everyPattern = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

/** IEEE 754-2019, section 3.4, for a format with `exponentBits` and `mantissaBits`. */
function define(bits: number, exponentBits: number, mantissaBits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> mantissaBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * 2 ** (1 - bias) * fraction : sign * 2 ** (exponent - bias) * (1 + fraction);
}

const formats = [
  { name: 'float16', exponentBits: 5, mantissaBits: 10, widen: widenF16, narrow: narrowF16 },
  { name: 'bfloat16', exponentBits: 8, mantissaBits: 7, widen: widenBf16, narrow: narrowBf16 },
];

test.each(formats)('$name widens as IEEE 754 defines it, every pattern', ({ widen, exponentBits, mantissaBits }) => {
  const values = new Float32Array(65536);
  widen(everyPattern, values);
  expect(values).toEqual(Float32Array.from(everyPattern, (bits) => define(bits, exponentBits, mantissaBits)));
});

test.each(formats)('$name narrows back to the same bits, NaN to a NaN', ({ widen, narrow }) => {
  const values = new Float32Array(65536);
  widen(everyPattern, values);
  const wrong = narrow(values).findIndex((bits, i) => {
    if (!Number.isNaN(values[i])) return bits !== everyPattern[i];
    const again = new Float32Array(1);
    widen(Uint16Array.of(bits), again);
    return !Number.isNaN(again[0]);
  });
  expect(wrong).toBe(-1);
});

test.each(formats)(
  '$name narrows to the nearest value, ties to even',
  ({ widen, narrow, exponentBits, mantissaBits }) => {
    const everyFinite = new Float32Array(65536);
    widen(everyPattern, everyFinite);
    const largest = define(((2 ** exponentBits - 1) << mantissaBits) - 1, exponentBits, mantissaBits);
    // Exactly between two neighbours is where rounding goes wrong; float32 holds those midpoints of both formats.
    const midpoint = fc.nat(((2 ** exponentBits - 1) << mantissaBits) - 2).map((bits) => {
      return ((everyFinite[bits] as number) + (everyFinite[bits + 1] as number)) / 2;
    });
    fc.assert(
      fc.property(fc.oneof(midpoint, fc.float({ noNaN: true, min: -largest, max: largest })), (value) => {
        const [bits = 0] = narrow(Float32Array.of(value));
        const error = (candidate: number): number => Math.abs(define(candidate, exponentBits, mantissaBits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          if ((bits & 0x7fff) === 0 && neighbour < bits) continue;
          const even = (bits & 1) === 0;
          expect(error(bits) < error(neighbour) || (even && error(bits) === error(neighbour))).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  },
);

test('values beyond the largest half become infinite only from 65520 on', () => {
  expect([...narrowF16(Float32Array.of(65519.99, 65520, -65520))]).toEqual([0x7bff, 0x7c00, 0xfc00]);
});
