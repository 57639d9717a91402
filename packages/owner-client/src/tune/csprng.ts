/** @file Random bits for sampling and noise: the operating system's generator, read in blocks. */
import { randomFillSync } from 'node:crypto';

/** A stream of random integers. What it fed is stamped with `secure`, and nothing stamped false may be released. */
export interface RandomSource {
  readonly secure: boolean;
  /** Uniform integer in [0, 2^32). */
  readonly word: () => number;
  /** Uniform integer in [0, 2^53). */
  readonly bits53: () => number;
}

/** 64 KiB: the call into the operating system is then under a tenth of the cost of a sample. */
const BLOCK_WORDS = 16_384;

/** The only source for private data. Every block is used once and overwritten by the next. */
export function secureRandom(): RandomSource {
  const block = new Uint32Array(BLOCK_WORDS);
  let next = BLOCK_WORDS;
  const word = (): number => {
    if (next === BLOCK_WORDS) {
      randomFillSync(block);
      next = 0;
    }
    return block[next++]!;
  };
  return Object.freeze({ secure: true, word, bits53: () => join(word(), word()) });
}

/**
 * A reproducible source for tests: whoever knows the seed can subtract the noise.
 * The generator is SFC32 (Doty-Humphrey, PractRand), which passes the statistical tests that the noise is put through.
 */
export function insecureTestRandom(seed: number): RandomSource {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const word = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 12; i++) word();
  return Object.freeze({ secure: false, word, bits53: () => join(word(), word()) });
}

function join(high: number, low: number): number {
  return (high >>> 5) * 67_108_864 + (low >>> 6);
}
