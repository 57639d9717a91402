/** @file The clipped sum of DP-SGD: Abadi et al. 2016 (arXiv:1607.00133), algorithm 1. */
import { SoftpostError } from '../errors.ts';
import { plainKernels } from './plain-kernels.ts';
import type { Kernels } from './kernels.ts';

const UNIT_ROUNDOFF = 2 ** -53;

/**
 * Adds one example's clipped gradient to the lot's sum: sum += min(1, C / ‖g‖₂) · g, with C the clip norm.
 *
 * What is added never has a norm above C, which is the sensitivity the accountant relies on. So the norm is first raised by more
 * than all rounding of this call can amount to: squares of float32 numbers are exact in float64, their n-term sum is off by at
 * most n roundoffs, and root, quotient and product add one each. At n = 76,800 that makes the step 1e-11 shorter.
 *
 * @returns whether the gradient was finite; one that is not adds the zero vector, as any value it could be given is a choice.
 *   Which examples those are is private: keep it on the owner's side.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER: the clip norm is not a positive number
 */
export function clipAndAccumulate(
  gradient: Float32Array,
  clipNorm: number,
  sum: Float64Array,
  kernels: Kernels = plainKernels,
): boolean {
  if (!(clipNorm > 0 && clipNorm < Infinity)) {
    throw new SoftpostError('BAD_PRIVACY_PARAMETER', `The clip norm must be a positive number, not ${clipNorm}.`);
  }
  const norm = Math.sqrt(kernels.squaredNorm(gradient));
  if (!Number.isFinite(norm)) return false;
  const upperBound = norm * (1 + (gradient.length + 8) * UNIT_ROUNDOFF);
  kernels.accumulate(gradient, upperBound > clipNorm ? clipNorm / upperBound : 1, sum);
  return true;
}
