import { expect, test } from 'vitest';
import { hasNonFinite } from './non-finite.ts';

/** Bit patterns of each format: largest finite value and smallest denormal, then infinities and NaNs of both signs. */
const PATTERNS = {
  f32: { finite: [0x7f7f_ffff, 0xff7f_ffff, 1, 0], bad: [0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xff80_0001] },
  f16: { finite: [0x7bff, 0xfbff, 1, 0], bad: [0x7c00, 0xfc00, 0x7e00, 0xfc01] },
  bf16: { finite: [0x7f7f, 0xff7f, 1, 0], bad: [0x7f80, 0xff80, 0x7fc0, 0xff81] },
} as const;

test.each(['f32', 'f16', 'bf16'] as const)('%s weights are searched at any offset and across pieces', (format) => {
  const { finite, bad } = PATTERNS[format];
  const Words = format === 'f32' ? Uint32Array : Uint16Array;
  const words = new Words(300_003);
  for (let i = 0; i < words.length; i++) words[i] = finite[i % 4]!;
  const search = (): boolean => {
    // A tensor in a safetensors file lies where the header ends: here at an odd offset.
    const file = new Uint8Array(words.byteLength + 1);
    file.set(new Uint8Array(words.buffer), 1);
    return hasNonFinite(file.subarray(1), format);
  };
  expect(search()).toBe(false);
  for (const [i, pattern] of bad.entries()) {
    const at = [0, 131_072, 200_000, 300_002][i]!;
    words[at] = pattern;
    expect(search()).toBe(true);
    words[at] = 0;
  }
  expect(hasNonFinite(new Uint8Array(0), format)).toBe(false);
});
