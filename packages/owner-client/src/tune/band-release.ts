/**
 * @file The noisy sums of BandMF (arXiv 2306.08153, algorithm 1). The Gaussian mechanism of DP-SGD releases y = C x + Z, one row a step, for the
 * clipped sums x; what is used is C^-1 y = x + C^-1 Z, which follows from released numbers alone, rounding included. Both need the last b - 1 rows.
 *
 * With C[i, j] = c[i - j] / n[j], u = x / n and v = C^-1 y / n:   y_t = noisy(c[0] u_t + ... + c[b-1] u_(t-b+1)),
 * c[0] v_t = y_t - c[1] v_(t-1) - ... - c[b-1] v_(t-b+1).
 */
import { SoftpostError } from '@softpost/shared/errors';
import { type BandStrategy, columnScale } from '../privacy/band-strategy.ts';

/** Arrays of a checkpoint, which holds float32 only. */
type Arrays = Readonly<Record<string, Float32Array>>;

export interface BandRelease {
  /**
   * Turns the clipped sum of step `step` into the noisy one, in place. To be called for each step once, in order.
   * @param addNoise the Gaussian mechanism for sensitivity C: adds noise of standard deviation sigma C to a row, in place
   */
  readonly release: (sum: Float64Array, step: number, addNoise: (row: Float64Array) => void) => void;
  /** The memory, exactly. It holds sums WITHOUT noise: whoever reads it has no privacy to break, so it stays with the private data. */
  readonly save: () => Arrays;
  /** @throws SoftpostError BAD_CHECKPOINT when the arrays are those of other bands or another width; the memory is then unchanged */
  readonly restore: (arrays: Arrays) => void;
}

/** @param width trained coordinates, P * D */
export function bandRelease(strategy: BandStrategy, width: number): BandRelease {
  const [first = 1, ...tail] = strategy.coefficients;
  /** u and v of the last steps, the latest in front; zero before the first step. */
  const sums = tail.map(() => new Float64Array(width));
  const released = tail.map(() => new Float64Array(width));
  const rows = () => [...sums, ...released];
  return {
    release: (sum, step, addNoise) => {
      const scale = columnScale(strategy, step);
      const own = sum.map((value) => value / scale);
      sum.set(own.map((value) => first * value));
      addMultiples(sum, tail, sums);
      addNoise(sum);
      addMultiples(
        sum,
        tail.map((c) => -c),
        released,
      );
      for (let i = 0; i < width; i++) sum[i]! /= first;
      remember(sums, own);
      remember(released, sum);
      for (let i = 0; i < width; i++) sum[i]! *= scale;
    },
    save: () =>
      Object.fromEntries(rows().flatMap((row, at) => splitRow(row).map((part, p) => [partName(at, p), part]))),
    restore: (arrays) => {
      const parts = rows().map((_, at) => PARTS.map((part) => arrays[partName(at, part)]));
      if (!parts.flat().every((part) => part?.length === width)) {
        throw new SoftpostError('BAD_CHECKPOINT', `the checkpoint lacks the sums of the last ${tail.length} steps`);
      }
      rows().forEach((row, at) => {
        const [high, middle, low] = parts[at]!;
        for (let i = 0; i < width; i++) row[i] = high![i]! + (middle![i]! + low![i]!);
      });
    },
  };
}

function addMultiples(sum: Float64Array, factors: readonly number[], rows: readonly Float64Array[]): void {
  rows.forEach((row, age) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += factors[age]! * row[i]!;
  });
}

/** Puts a copy of `row` in front, in the place of the oldest. */
function remember(memory: Float64Array[], row: Float64Array): void {
  const oldest = memory.pop();
  if (!oldest) return;
  oldest.set(row);
  memory.unshift(oldest);
}

/** Three float32 of 24 bits hold the 53 bits of a float64; sums are far from the ends of their range. */
const PARTS = [0, 1, 2] as const;

function partName(row: number, part: number): string {
  return `bands.${row}.${part}`;
}

function splitRow(row: Float64Array): readonly Float32Array[] {
  const high = Float32Array.from(row);
  const middle = Float32Array.from(row, (value, i) => value - high[i]!);
  const low = Float32Array.from(row, (value, i) => value - high[i]! - middle[i]!);
  return [high, middle, low];
}
