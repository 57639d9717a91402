/**
 * @file The optimisers' inner loops in plain JavaScript: the specification of packages/shared/assembly/kernels.ts.
 * Where the kernel computes in float32 each operation is rounded by `f32`, so both give the same bits (a NaN's payload aside).
 */
import type { AdamWConstants, Kernels } from './kernels.ts';

const f32 = Math.fround;

/**
 * AdamW: Loshchilov & Hutter 2019 (arXiv:1711.05101), algorithm 2; without decay it is Adam, Kingma & Ba 2015
 * (arXiv:1412.6980), algorithm 1. In exact numbers, with g scaled for norm clipping:
 *
 *     m ← β₁ m + (1 − β₁) g
 *     v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − η λ θ − η m̂ / (√v̂ + ε)        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
 */
function adamW(
  parameters: Float32Array,
  gradients: Float32Array,
  m: Float32Array,
  v: Float32Array,
  { scale, beta1, rest1, beta2, rest2, keep, rate, correction, epsilon }: AdamWConstants,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const g = f32(scale * gradients[i]!);
    const m1 = f32(f32(beta1 * m[i]!) + f32(rest1 * g));
    const v1 = f32(f32(beta2 * v[i]!) + f32(f32(rest2 * g) * g));
    const root = f32(f32(f32(Math.sqrt(v1)) * correction) + epsilon);
    m[i] = m1;
    v[i] = v1;
    parameters[i] = f32(keep * parameters[i]!) - f32(f32(rate * m1) / root);
  }
}

/** The order of additions is that of two SIMD registers of two lanes. */
function squaredNorm(x: Float32Array): number {
  const partial: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) partial[(i & 3) as 0 | 1 | 2 | 3] += x[i]! * x[i]!;
  return partial[0] + partial[1] + (partial[2] + partial[3]);
}

function accumulate(x: Float32Array, factor: number, sum: Float64Array): void {
  for (let i = 0; i < x.length; i++) sum[i]! += factor * x[i]!;
}

function addNoise(sum: Float64Array, noise: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += noise[i]!;
}

function scaledCopy(sum: Float64Array, divisor: number, out: Float32Array): void {
  for (let i = 0; i < sum.length; i++) out[i] = sum[i]! / divisor;
}

function hasNonFinite(words: Uint32Array | Uint16Array, exponent: number): boolean {
  for (let i = 0; i < words.length; i++) if ((words[i]! & exponent) === exponent) return true;
  return false;
}

export const plainKernels: Kernels = { adamW, squaredNorm, accumulate, addNoise, scaledCopy, hasNonFinite };
