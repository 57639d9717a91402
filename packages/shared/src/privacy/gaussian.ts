/** @file The exact privacy curve of the full-batch Gaussian mechanism: no grid, no order, no slack. */
import { erfcx, logNormalTail } from './special-functions.ts';

/**
 * delta at `epsilon` of Gaussian noise with multiplier `noiseMultiplier` (Balle & Wang, arXiv 1805.06083, theorem 8):
 * P[Z > a] - e^epsilon P[Z > b], with a = epsilon s - 1/(2s), b = epsilon s + 1/(2s).
 * Since e^epsilon = e^((b^2-a^2)/2), both terms share the factor e^(-a^2/2), which leaves a difference of erfcx that keeps its digits in the tail.
 */
export function gaussianDelta(noiseMultiplier: number, epsilon: number): number {
  const a = epsilon * noiseMultiplier - 0.5 / noiseMultiplier;
  const b = epsilon * noiseMultiplier + 0.5 / noiseMultiplier;
  const envelope = 0.5 * Math.exp((-a * a) / 2);
  const second = erfcx(b * Math.SQRT1_2);
  return a > 0 ? envelope * (erfcx(a * Math.SQRT1_2) - second) : Math.exp(logNormalTail(a)) - envelope * second;
}

/** Smallest epsilon with `gaussianDelta` <= `delta`, by bisection to the last digit; the upper end is returned. */
export function gaussianEpsilon(noiseMultiplier: number, delta: number): number {
  if (gaussianDelta(noiseMultiplier, 0) <= delta) return 0;
  let high = 1;
  while (gaussianDelta(noiseMultiplier, high) > delta) high *= 2;
  let low = 0;
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (gaussianDelta(noiseMultiplier, middle) > delta) low = middle;
    else high = middle;
  }
  return high;
}

/** The multiplier of the single Gaussian that T releases with multiplier `noiseMultiplier` amount to. */
export function composedGaussian(
  releases: readonly { readonly noiseMultiplier: number; readonly steps: number }[],
): number {
  return 1 / Math.sqrt(releases.reduce((sum, { noiseMultiplier, steps }) => sum + steps / noiseMultiplier ** 2, 0));
}
