/** @file Poisson sampling: which units, records or users, take part in one step. */
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { RandomSource } from './csprng.ts';

/**
 * Tosses one coin per unit, heads with probability floor(q 2^53) / 2^53 <= q: never more often than accounted for, and without a rounding that
 * an attacker could read. The lot may be empty or larger than expected; both are steps like any other.
 * @param populationSize may be 0: a group of units (BandMF) can be empty, and its steps are steps
 * @returns indices of the chosen units, ascending; the size of the lot is private.
 */
export function drawLot(plan: SamplingPlan, populationSize: number, random: RandomSource): Int32Array {
  const threshold = Math.floor(plan.samplingRate * 2 ** 53);
  const lot = new Int32Array(populationSize);
  let size = 0;
  for (let unit = 0; unit < populationSize; unit++) {
    if (random.bits53() < threshold) lot[size++] = unit;
  }
  return lot.slice(0, size);
}
