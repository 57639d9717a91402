/**
 * @file The correlated noise of BandMF: W = C^-1 Z, one row a step, from a memory of b - 1 rows (arXiv 2306.08153, algorithm 9).
 * With C[i, j] = c[i - j] / n[j] it is W_t = n[t] V_t, where c[0] V_t = Z_t - c[1] V_(t-1) - ... - c[b-1] V_(t-b+1).
 */
import { SoftpostError } from '@softpost/shared/errors';
import { type BandStrategy, columnScale } from '../privacy/band-strategy.ts';

/** Arrays of a checkpoint, which holds float32 only. */
type Arrays = Readonly<Record<string, Float32Array>>;

export interface BandNoise {
  /** Turns the independent deviates Z_t [width] of step `step` into W_t, in place. To be called for each step once, in order. */
  readonly correlate: (row: Float64Array, step: number) => void;
  /** The memory, exactly. Whoever reads it can subtract a part of the noise: it stays with the private data. */
  readonly save: () => Arrays;
  /** @throws SoftpostError BAD_CHECKPOINT when the arrays are those of other bands or another width; the memory is then unchanged */
  readonly restore: (arrays: Arrays) => void;
}

/** @param width trained coordinates, P * D */
export function bandNoise(strategy: BandStrategy, width: number): BandNoise {
  const [first = 1, ...tail] = strategy.coefficients;
  /** V of the last steps, the latest in front; zero before the first step. */
  const memory = tail.map(() => new Float64Array(width));
  return {
    correlate: (row, step) => {
      tail.forEach((coefficient, age) => {
        const earlier = memory[age]!;
        for (let i = 0; i < width; i++) row[i]! -= coefficient * earlier[i]!;
      });
      const scale = columnScale(strategy, step);
      for (let i = 0; i < width; i++) row[i]! /= first;
      const oldest = memory.pop();
      if (oldest) {
        oldest.set(row);
        memory.unshift(oldest);
      }
      for (let i = 0; i < width; i++) row[i]! *= scale;
    },
    save: () =>
      Object.fromEntries(memory.flatMap((row, age) => splitRow(row).map((part, p) => [partName(age, p), part]))),
    restore: (arrays) => {
      const parts = memory.map((_, age) => PARTS.map((part) => arrays[partName(age, part)]));
      if (!parts.flat().every((part) => part?.length === width)) {
        throw new SoftpostError('BAD_CHECKPOINT', `the checkpoint lacks the noise of the last ${memory.length} steps`);
      }
      parts.forEach(([high, middle, low], age) => {
        for (let i = 0; i < width; i++) memory[age]![i] = high![i]! + (middle![i]! + low![i]!);
      });
    },
  };
}

/** Three float32 of 24 bits hold the 53 bits of a float64; a noise row is far from the ends of their range. */
const PARTS = [0, 1, 2] as const;

function partName(age: number, part: number): string {
  return `noise.${age}.${part}`;
}

function splitRow(row: Float64Array): readonly Float32Array[] {
  const high = Float32Array.from(row);
  const middle = Float32Array.from(row, (value, i) => value - high[i]!);
  const low = Float32Array.from(row, (value, i) => value - high[i]! - middle[i]!);
  return [high, middle, low];
}
