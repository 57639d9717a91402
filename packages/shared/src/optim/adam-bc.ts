/** @file Adam for gradients with noise of known variance: DP-AdamBC, Tang, Shpilevskiy, Lécuyer 2024 (arXiv:2312.14334), algorithm 1. */
import { momentOptimiser, type AdamWState } from './adamw.ts';
import { requireEqualLengths } from './kernels.ts';
import { globalNormFactor, rateAt, requireOption } from './optimiser.ts';
import type { Optimiser, OptimiserOptions } from './optimiser.ts';

export interface AdamBCOptions extends OptimiserOptions {
  /** Φ: variance of the noise in every entry of the gradient; (σC/B)² in DP-SGD. A public constant. */
  readonly noiseVariance: number;
  /** γ′ above 0: the least that is left of v̂, so that a step is at most m̂/√γ′. @default Φ / 16 */
  readonly floor?: number;
  /** β₁ in [0, 1). @default 0.9 */
  readonly beta1?: number;
  /** β₂ in [0, 1). @default 0.999 */
  readonly beta2?: number;
}

/**
 * Independent noise adds its variance Φ to the mean of g², so Adam would divide small and large gradients by nearly the same number.
 * Here it is subtracted again; privacy is not touched, since only noisy gradients and constants are used:
 *
 *     m ← β₁ m + (1 − β₁) g
 *     v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − η m̂ / √max(v̂ − Φ, γ′)        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
 *
 * @throws SoftpostError BAD_OPTION: an option is out of range (named)
 */
export function adamBC(options: AdamBCOptions): Optimiser<AdamWState> {
  const { learningRate, noiseVariance, beta1 = 0.9, beta2 = 0.999, maxNorm, kernels } = options;
  const { floor = noiseVariance / 16 } = options;
  requireOption('noiseVariance', noiseVariance, noiseVariance >= 0 && noiseVariance < Infinity);
  requireOption('floor', floor, floor > 0 && floor < Infinity);
  requireOption('beta1', beta1, beta1 >= 0 && beta1 < 1);
  requireOption('beta2', beta2, beta2 >= 0 && beta2 < 1);

  function updateInPlace(gradients: Float32Array, { step, m, v }: AdamWState, parameters: Float32Array): AdamWState {
    requireEqualLengths(parameters, gradients, m, v);
    const t = step + 1;
    const rate = rateAt(learningRate, step) / (1 - beta1 ** t);
    const correction = 1 / (1 - beta2 ** t);
    const scale = globalNormFactor(gradients, maxNorm, kernels);
    for (let i = 0; i < parameters.length; i++) {
      const g = scale * gradients[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      parameters[i]! -= (rate * m[i]!) / Math.sqrt(Math.max(v[i]! * correction - noiseVariance, floor));
    }
    return { step: t, m, v };
  }

  return momentOptimiser(updateInPlace);
}
