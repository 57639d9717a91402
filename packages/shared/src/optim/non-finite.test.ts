import { expect, test } from 'vitest';
import { nonFiniteSearch } from './non-finite.ts';

/** Bit patterns of each format: largest finite value and smallest denormal, then infinities and NaNs of both signs. */
const PATTERNS = {
  f32: { finite: [0x7f7f_ffff, 0xff7f_ffff, 1, 0], bad: [0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xff80_0001] },
  f16: { finite: [0x7bff, 0xfbff, 1, 0], bad: [0x7c00, 0xfc00, 0x7e00, 0xfc01] },
  bf16: { finite: [0x7f7f, 0xff7f, 1, 0], bad: [0x7f80, 0xff80, 0x7fc0, 0xff81] },
} as const;

test.each(['f32', 'f16', 'bf16'] as const)(
  '%s weights are searched whole, and what lies behind them is not',
  (format) => {
    const { finite, bad } = PATTERNS[format];
    const { bytes, finds } = nonFiniteSearch();
    const words = format === 'f32' ? new Uint32Array(bytes.buffer) : new Uint16Array(bytes.buffer);
    for (let i = 0; i < words.length; i++) words[i] = finite[i % 4]!;
    expect(finds(bytes.length, format)).toBe(false);
    // A length that is no multiple of a vector's, and one value behind it.
    const length = bytes.length - 2 * words.BYTES_PER_ELEMENT;
    const last = length / words.BYTES_PER_ELEMENT - 1;
    for (const [i, pattern] of bad.entries()) {
      const at = [0, 5, last - 1, last][i]!;
      words[at] = pattern;
      expect(finds(length, format)).toBe(true);
      words[at] = 0;
    }
    words[last + 1] = bad[0]!;
    expect(finds(length, format)).toBe(false);
    expect(finds(0, format)).toBe(false);
  },
);

test('two searches do not share their bytes', () => {
  const [one, other] = [nonFiniteSearch(), nonFiniteSearch()];
  one.bytes.fill(0xff);
  expect(other.finds(other.bytes.length, 'f32')).toBe(false);
});
