/** @file The factor that bounds what one unit adds to the sum, for both kinds of clipping. */
import type { SamplingPlan } from '../privacy/sampling-plan.ts';

/** Gamma of AUTO-S, as its authors have it (Bu et al., arXiv 2206.07136, section 4): smaller gradients lose weight. */
const STABILITY = 0.01;

/**
 * What to multiply a gradient by, so that its norm is at most `bound`, in whatever unit that stands for the plan's clip norm.
 * @param norm not below the gradient's norm, and finite
 */
export function clipFactor({ clipping, clipNorm }: SamplingPlan, norm: number, bound: number): number {
  if (clipping === 'auto-s') return Math.min(bound / (norm + STABILITY), Number.MAX_VALUE);
  return norm > clipNorm ? bound / norm : bound / clipNorm;
}
