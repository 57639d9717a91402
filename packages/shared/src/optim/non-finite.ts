/** @file Finds NaN and infinities in the raw bytes of weights, in little more time than it takes to read them. */
import { createKernels } from './kernels.ts';

/** Bytes a value and exponent field of the formats that weights come in: IEEE 754 binary32, binary16, and bfloat16. */
const FORMATS = {
  f32: { Words: Uint32Array, exponent: 0x7f80_0000 },
  f16: { Words: Uint16Array, exponent: 0x7c00 },
  bf16: { Words: Uint16Array, exponent: 0x7f80 },
} as const;

/** 1 MiB: fits the second-level cache, so that the search reads what was just copied there. */
const PAGES = 16;

export interface NonFiniteSearch {
  /** To be filled with whole values before each search; it lies in the kernels' own memory, so nothing is copied. */
  readonly bytes: Uint8Array;
  /** Whether one of the little-endian values in the first `length` bytes is NaN or infinite. */
  readonly finds: (length: number, format: keyof typeof FORMATS) => boolean;
}

/** One for each file that is being read: two readers of one buffer would overwrite each other. */
export function nonFiniteSearch(): NonFiniteSearch {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const kernels = createKernels(memory);
  return {
    bytes: new Uint8Array(memory.buffer),
    finds: (length, format) => {
      const { Words, exponent } = FORMATS[format];
      return kernels.hasNonFinite(new Words(memory.buffer, 0, length / Words.BYTES_PER_ELEMENT), exponent);
    },
  };
}
