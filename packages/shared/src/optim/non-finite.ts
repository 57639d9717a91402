/** @file Finds NaN and infinities in the raw bytes of weights. */
import { createKernels } from './kernels.ts';

/** Bytes a value and exponent field of the formats that weights come in: IEEE 754 binary32, binary16, and bfloat16. */
const FORMATS = {
  f32: { Words: Uint32Array, exponent: 0x7f80_0000 },
  f16: { Words: Uint16Array, exponent: 0x7c00 },
  bf16: { Words: Uint16Array, exponent: 0x7f80 },
} as const;

const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
const window = new Uint8Array(memory.buffer);
const kernels = createKernels(memory);

/**
 * Whether a value of a little-endian tensor is NaN or infinite. `bytes` may begin at any offset of its buffer and is read in
 * pieces that fit the cache, so that a mapped file is not held in memory.
 */
export function hasNonFinite(bytes: Uint8Array, format: keyof typeof FORMATS): boolean {
  const { Words, exponent } = FORMATS[format];
  for (let start = 0; start < bytes.length; start += window.length) {
    const piece = bytes.subarray(start, start + window.length);
    window.set(piece);
    if (kernels.hasNonFinite(new Words(memory.buffer, 0, piece.length / Words.BYTES_PER_ELEMENT), exponent))
      return true;
  }
  return false;
}
