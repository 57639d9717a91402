/** @file The clipped sum of DP-SGD: Abadi et al. 2016 (arXiv:1607.00133), algorithm 1. */
import { SoftpostError } from '../errors.ts';
import { plainKernels } from './plain-kernels.ts';
import type { Kernels } from './kernels.ts';

const UNIT_ROUNDOFF = 2 ** -53;

/**
 * A number not below ‖g‖₂, and above it by no more than all rounding on the way to a scaled gradient can amount to: squares of
 * float32 numbers are exact in float64, their n-term sum is off by at most n roundoffs, and root, quotient and product add one
 * each. So g times C / bound has a norm of at most C in exact arithmetic; at n = 76,800 it is 1e-11 shorter.
 * Not finite where an entry of g is not.
 */
export function normBound(gradient: Float32Array, kernels: Kernels = plainKernels): number {
  return Math.sqrt(kernels.squaredNorm(gradient)) * (1 + (gradient.length + 8) * UNIT_ROUNDOFF);
}

/**
 * Adds one example's clipped gradient to the lot's sum: sum += min(1, C / ‖g‖₂) · g, with C the clip norm.
 *
 * What is added never has a norm above C, which is the sensitivity the accountant relies on.
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
  const upperBound = normBound(gradient, kernels);
  if (!Number.isFinite(upperBound)) return false;
  kernels.accumulate(gradient, upperBound > clipNorm ? clipNorm / upperBound : 1, sum);
  return true;
}
