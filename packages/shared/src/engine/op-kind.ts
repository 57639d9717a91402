/** @file The closed set of operations. Shape inference, gradients and ONNX lowering each have one rule for every kind. */

import type { Shape, Dim } from './dim.ts';

export type DType = 'f32' | 'f64' | 'i32';

type None = Readonly<Record<string, never>>;

/** Attributes of every operation; the comment gives `inputs -> outputs`. */
export interface OpAttributes {
  /** -> a value given at every run */
  input: { readonly name: string; readonly shape: Shape; readonly dtype: DType };
  /** -> a stored, frozen tensor, read in place from the model file */
  weight: { readonly name: string; readonly shape: readonly number[]; readonly dtype: DType };
  /** -> a small literal */
  constant: { readonly values: readonly number[]; readonly shape: readonly number[]; readonly dtype: DType };
  /** -> the size of a dimension as a scalar */
  size: { readonly dim: Dim; readonly dtype: DType };

  /** a, b -> element by element, with broadcasting */
  add: None;
  sub: None;
  mul: None;
  div: None;

  /** x -> f(x) element by element */
  exp: None;
  log: None;
  sqrt: None;
  tanh: None;
  sigmoid: None;
  erf: None;
  /** x -> x Phi(x), exactly or by the tanh approximation */
  gelu: { readonly approximate: 'none' | 'tanh' };

  /** a [M, K], b [K, N], bias [N]? -> alpha a b + bias [M, N] */
  gemm: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };
  /** a [..., M, K], b [..., K, N] -> alpha a b [..., M, N], equal batch dimensions */
  matmul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };

  /** x -> softmax over the last axis */
  softmax: None;
  logSoftmax: None;
  /** x [..., N] -> log sum exp over the last axis [..., 1] */
  logSumExp: None;
  /** x [..., D], gamma [D], beta [D] -> y, mean [..., 1], inverse standard deviation [..., 1] */
  layerNorm: { readonly epsilon: number };
  /** x [..., D], gamma [D] -> y, inverse root mean square [..., 1] */
  rmsNorm: { readonly epsilon: number };

  /** x -> sum or mean over axes, which stay as size 1 */
  reduceSum: { readonly axes: readonly number[] };
  reduceMean: { readonly axes: readonly number[] };

  reshape: { readonly shape: Shape };
  expand: { readonly shape: Shape };
  transpose: { readonly perm: readonly number[] };
  /** xs -> joined along axis */
  concat: { readonly axis: number };
  /** x -> pieces along axis */
  split: { readonly axis: number; readonly sizes: Shape };

  /** table [V, ...], ids i32 [...] -> rows of the table */
  gather: None;
  /** ids i32 [N], rows [N, D] -> [count, D], each row added at its id */
  scatterAdd: { readonly count: Dim };
}

export type OpKind = keyof OpAttributes;
