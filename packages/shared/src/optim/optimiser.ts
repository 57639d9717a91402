/** @file What an optimiser is: a pair of pure functions, so that a checkpoint is a value. */
import { SoftpostError } from '../errors.ts';
import { plainKernels } from './plain-kernels.ts';
import type { Kernels } from './kernels.ts';
import type { Schedule } from './schedule.ts';

/** What a step makes of parameters and state. */
export interface Update<State> {
  readonly parameters: Float32Array;
  readonly state: State;
}

/** Parameters, gradients and the state's arrays are flat and of one length. */
export interface Optimiser<State> {
  /** The state before the first step. */
  init(parameters: Float32Array): State;
  /** One step in new arrays: nothing given is changed. */
  update(gradients: Float32Array, state: State, parameters: Float32Array): Update<State>;
  /** The same step, for models too large to copy: overwrites `parameters` and the arrays of `state`, which the result takes over. */
  updateInPlace(gradients: Float32Array, state: State, parameters: Float32Array): State;
}

/** Options that every optimiser has. */
export interface OptimiserOptions {
  /** η, one number or a function of the finished steps. */
  readonly learningRate: number | Schedule;
  /** Largest L2 norm of the whole gradient, which is scaled down to it. @default no clipping */
  readonly maxNorm?: number;
  /** Where the loops run. @default plain JavaScript */
  readonly kernels?: Kernels;
}

/** The rate of the step after `step` finished ones. */
export function rateAt(learningRate: number | Schedule, step: number): number {
  const rate = typeof learningRate === 'number' ? learningRate : learningRate(step);
  requireOption('learningRate', rate, rate >= 0 && rate < Infinity);
  return rate;
}

/** @throws SoftpostError BAD_OPTION: names the option and its value */
export function requireOption(name: string, value: number, isValid: boolean): void {
  if (!isValid) throw new SoftpostError('BAD_OPTION', `The optimiser cannot use ${name} ${value}.`);
}

/**
 * Factor that brings a gradient's norm down to `maxNorm`: Pascanu et al. 2013 (arXiv:1211.5063), algorithm 1.
 * @throws SoftpostError NON_FINITE: an entry is NaN or infinite, so no factor helps
 */
export function globalNormFactor(gradients: Float32Array, maxNorm = Infinity, kernels: Kernels = plainKernels): number {
  if (maxNorm === Infinity) return 1;
  requireOption('maxNorm', maxNorm, maxNorm > 0);
  const norm = Math.sqrt(kernels.squaredNorm(gradients));
  if (!Number.isFinite(norm))
    throw new SoftpostError('NON_FINITE', 'A gradient is not finite: the learning rate may be too high.');
  return norm > maxNorm ? maxNorm / norm : 1;
}
