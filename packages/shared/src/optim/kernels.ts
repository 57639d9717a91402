/** @file The optimisers' inner loops, as SIMD where the arrays lie in one WebAssembly memory and in plain JavaScript elsewhere. */
import { SoftpostError } from '../errors.ts';
import { KERNELS_WASM } from './kernels-wasm.ts';
import { plainKernels } from './plain-kernels.ts';

/** What one AdamW step holds fixed over all entries; every number must be a float32 value. */
export interface AdamWConstants {
  /** Factor on the gradient: 1, or less where its norm is clipped. */
  readonly scale: number;
  readonly beta1: number;
  /** 1 − β₁. */
  readonly rest1: number;
  readonly beta2: number;
  /** 1 − β₂. */
  readonly rest2: number;
  /** 1 − ηλ, what decay leaves of a parameter. */
  readonly keep: number;
  /** η / (1 − β₁ᵗ). */
  readonly rate: number;
  /** 1 / √(1 − β₂ᵗ). */
  readonly correction: number;
  readonly epsilon: number;
}

/**
 * Loops over whole arrays, in place. Arrays of one call have equal lengths and do not overlap.
 * @throws SoftpostError ENGINE: lengths differ
 */
export interface Kernels {
  /** One AdamW step: overwrites `parameters`, `m` and `v`. */
  adamW(
    parameters: Float32Array,
    gradients: Float32Array,
    m: Float32Array,
    v: Float32Array,
    constants: AdamWConstants,
  ): void;
  /** ‖x‖² with squares and sum in float64: not finite if and only if an entry of x is not. */
  squaredNorm(x: Float32Array): number;
  /** sum += factor · x in float64. */
  accumulate(x: Float32Array, factor: number, sum: Float64Array): void;
  /** sum += noise in float64. */
  addNoise(sum: Float64Array, noise: Float64Array): void;
  /** out = sum / divisor, rounded once to float32. */
  scaledCopy(sum: Float64Array, divisor: number, out: Float32Array): void;
  /** Whether any word has all bits of the mask `exponent` set: a NaN or infinity of the format with that exponent field. */
  hasNonFinite(words: Uint32Array | Uint16Array, exponent: number): boolean;
}

/** Exports of packages/shared/assembly/kernels.ts; pointers are byte offsets, `n` counts elements. */
interface KernelExports {
  readonly adamW: (p: number, g: number, m: number, v: number, n: number, ...constants: readonly number[]) => void;
  readonly squaredNorm: (x: number, n: number) => number;
  readonly accumulate: (x: number, factor: number, sum: number, n: number) => void;
  readonly addNoise: (sum: number, noise: number, n: number) => void;
  readonly scaledCopy: (sum: number, divisor: number, out: number, n: number) => void;
  readonly hasNonFinite32: (words: number, n: number, exponent: number) => number;
  readonly hasNonFinite16: (words: number, n: number, exponent: number) => number;
}

type KernelArray = Float32Array | Float64Array | Uint32Array | Uint16Array;

/** Kernels that take any arrays: a call whose arrays all lie in `memory` runs as SIMD where this machine has it. */
export function createKernels(memory?: WebAssembly.Memory): Kernels {
  const compiled = memory && instantiate(memory);
  const simdFor = (...arrays: readonly [KernelArray, ...KernelArray[]]): KernelExports | undefined => {
    // A shorter array would let the kernel write past its end, into whatever lies next in the memory.
    requireEqualLengths(...arrays);
    return arrays.every((array) => array.buffer === memory?.buffer) ? compiled : undefined;
  };
  return {
    adamW(parameters, gradients, m, v, constants) {
      const simd = simdFor(parameters, gradients, m, v);
      if (!simd) return plainKernels.adamW(parameters, gradients, m, v, constants);
      const { scale, beta1, rest1, beta2, rest2, keep, rate, correction, epsilon } = constants;
      const numbers = [scale, beta1, rest1, beta2, rest2, keep, rate, correction, epsilon];
      simd.adamW(parameters.byteOffset, gradients.byteOffset, m.byteOffset, v.byteOffset, m.length, ...numbers);
    },
    squaredNorm(x) {
      const simd = simdFor(x);
      return simd ? simd.squaredNorm(x.byteOffset, x.length) : plainKernels.squaredNorm(x);
    },
    accumulate(x, factor, sum) {
      const simd = simdFor(x, sum);
      if (!simd) return plainKernels.accumulate(x, factor, sum);
      simd.accumulate(x.byteOffset, factor, sum.byteOffset, x.length);
    },
    addNoise(sum, noise) {
      const simd = simdFor(sum, noise);
      if (!simd) return plainKernels.addNoise(sum, noise);
      simd.addNoise(sum.byteOffset, noise.byteOffset, sum.length);
    },
    scaledCopy(sum, divisor, out) {
      const simd = simdFor(sum, out);
      if (!simd) return plainKernels.scaledCopy(sum, divisor, out);
      simd.scaledCopy(sum.byteOffset, divisor, out.byteOffset, sum.length);
    },
    hasNonFinite(words, exponent) {
      const simd = simdFor(words);
      if (!simd) return plainKernels.hasNonFinite(words, exponent);
      const scan = words instanceof Uint32Array ? simd.hasNonFinite32 : simd.hasNonFinite16;
      return scan(words.byteOffset, words.length, exponent) !== 0;
    },
  };
}

/** @throws SoftpostError ENGINE: names both lengths */
export function requireEqualLengths(first: KernelArray, ...others: readonly KernelArray[]): void {
  const other = others.find(({ length }) => length !== first.length);
  if (other)
    throw new SoftpostError('ENGINE', `Arrays of ${first.length} and ${other.length} entries cannot be combined.`);
}

/** The compiled kernels, or undefined where this machine has no WebAssembly SIMD. */
function instantiate(memory: WebAssembly.Memory): KernelExports | undefined {
  const bytes = Buffer.from(KERNELS_WASM, 'base64');
  if (!WebAssembly.validate(bytes)) return undefined;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return instance.exports as KernelExports;
}
