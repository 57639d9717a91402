/** @file AdamW, and Adam as AdamW without weight decay; plain-kernels.ts has the formula and its sources. */
import { requireEqualLengths } from './kernels.ts';
import { globalNormFactor, rateAt, requireOption } from './optimiser.ts';
import { plainKernels } from './plain-kernels.ts';
import type { Optimiser, OptimiserOptions } from './optimiser.ts';

export interface AdamWOptions extends OptimiserOptions {
  /** β₁ in [0, 1). @default 0.9 */
  readonly beta1?: number;
  /** β₂ in [0, 1). @default 0.999 */
  readonly beta2?: number;
  /** ε, added to √v̂. @default 1e-8 */
  readonly epsilon?: number;
  /** λ: each step also takes η λ θ from θ. @default 0 */
  readonly weightDecay?: number;
  /** How many parameters decay, counted from the first; norms and biases should not be among them. @default all */
  readonly decayed?: number;
}

export interface AdamWState {
  /** Finished steps. */
  readonly step: number;
  /** First moment: running mean of the gradient. */
  readonly m: Float32Array;
  /** Second raw moment: running mean of the squared gradient. */
  readonly v: Float32Array;
}

/** @throws SoftpostError BAD_OPTION: an option is out of range (named) */
export function adamW(options: AdamWOptions): Optimiser<AdamWState> {
  const {
    learningRate,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
    maxNorm,
    kernels = plainKernels,
  } = options;
  requireOption('beta1', beta1, beta1 >= 0 && beta1 < 1);
  requireOption('beta2', beta2, beta2 >= 0 && beta2 < 1);
  requireOption('epsilon', epsilon, epsilon > 0);
  requireOption('weightDecay', weightDecay, weightDecay >= 0);

  function updateInPlace(gradients: Float32Array, { step, m, v }: AdamWState, parameters: Float32Array): AdamWState {
    requireEqualLengths(parameters, gradients, m, v);
    const t = step + 1;
    const rate = rateAt(learningRate, step);
    const constants = {
      scale: Math.fround(globalNormFactor(gradients, maxNorm, kernels)),
      beta1: Math.fround(beta1),
      rest1: Math.fround(1 - beta1),
      beta2: Math.fround(beta2),
      rest2: Math.fround(1 - beta2),
      rate: Math.fround(rate / (1 - beta1 ** t)),
      correction: Math.fround(1 / Math.sqrt(1 - beta2 ** t)),
      epsilon: Math.fround(epsilon),
    };
    const updateRange = (start: number, end: number, keep: number): void => {
      const cut = (array: Float32Array): Float32Array => array.subarray(start, end);
      kernels.adamW(cut(parameters), cut(gradients), cut(m), cut(v), { ...constants, keep: Math.fround(keep) });
    };
    const decayed = weightDecay > 0 ? (options.decayed ?? parameters.length) : 0;
    updateRange(0, decayed, 1 - rate * weightDecay);
    updateRange(decayed, parameters.length, 1);
    return { step: t, m, v };
  }

  return momentOptimiser(updateInPlace);
}

/** An optimiser with both moments, from its step in place. */
export function momentOptimiser(updateInPlace: Optimiser<AdamWState>['updateInPlace']): Optimiser<AdamWState> {
  return {
    init: ({ length }) => ({ step: 0, m: new Float32Array(length), v: new Float32Array(length) }),
    update(gradients, { step, m, v }, given) {
      const parameters = given.slice();
      return { state: updateInPlace(gradients, { step, m: m.slice(), v: v.slice() }, parameters), parameters };
    },
    updateInPlace,
  };
}
