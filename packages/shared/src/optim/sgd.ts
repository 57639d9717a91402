/** @file Stochastic gradient descent, with or without momentum. */
import { requireEqualLengths } from './kernels.ts';
import { globalNormFactor, rateAt, requireOption } from './optimiser.ts';
import type { Optimiser, OptimiserOptions } from './optimiser.ts';

export interface SgdOptions extends OptimiserOptions {
  /** μ in [0, 1). @default 0 */
  readonly momentum?: number;
}

export interface SgdState {
  /** Finished steps. */
  readonly step: number;
  /** b below; empty without momentum. */
  readonly velocity: Float32Array;
}

/**
 * Heavy-ball momentum of Polyak 1964, in the form of Sutskever et al. 2013 with the rate outside, as PyTorch has it:
 *
 *     b ← μ b + g
 *     θ ← θ − η b
 */
export function sgd(options: SgdOptions): Optimiser<SgdState> {
  const { learningRate, momentum = 0, maxNorm, kernels } = options;
  requireOption('momentum', momentum, momentum >= 0 && momentum < 1);

  function updateInPlace(gradients: Float32Array, { step, velocity }: SgdState, parameters: Float32Array): SgdState {
    requireEqualLengths(parameters, gradients);
    const rate = rateAt(learningRate, step);
    const scale = globalNormFactor(gradients, maxNorm, kernels);
    for (let i = 0; i < parameters.length; i++) {
      let direction = scale * gradients[i]!;
      if (momentum > 0) {
        direction += momentum * velocity[i]!;
        velocity[i] = direction;
      }
      parameters[i]! -= rate * direction;
    }
    return { step: step + 1, velocity };
  }

  return {
    init: (parameters) => ({ step: 0, velocity: new Float32Array(momentum > 0 ? parameters.length : 0) }),
    update(gradients, state, given) {
      const parameters = given.slice();
      return {
        state: updateInPlace(gradients, { ...state, velocity: state.velocity.slice() }, parameters),
        parameters,
      };
    },
    updateInPlace,
  };
}
