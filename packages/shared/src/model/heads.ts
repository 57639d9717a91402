/** @file Rows to heads and back, for grouped-query attention. */

import { multiplyDims, type Dim, type Shape } from '../engine/dim.ts';
import type { Tensor } from '../engine/graph.ts';
import { add, matmul, reshape, softmax, transpose } from '../engine/ops.ts';
import type { HeadShape } from './architecture.ts';

/** What is added to a score that must not count; exp of it is 0 in float32 and float64 alike. */
export const MASKED = -1e9;

/** Queries [B * T, heads * d] -> [KV, B, G * T, d]: the G heads that share keys lie one after the other. */
export function queryHeads(q: Tensor, batch: Dim, length: Dim, { heads, keyValueHeads, headSize }: HeadShape): Tensor {
  const group = heads / keyValueHeads;
  if (group === 1) return keyHeads(q, batch, length, { keyValueHeads, headSize });
  const split = transpose(reshape(q, [batch, length, keyValueHeads, group, headSize]), [2, 0, 3, 1, 4]);
  return reshape(split, [keyValueHeads, batch, multiplyDims(group, length), headSize]);
}

/** Keys or values [B * T, KV * d] -> [KV, B, T, d]. */
export function keyHeads(
  x: Tensor,
  batch: Dim,
  length: Dim,
  { keyValueHeads, headSize }: Pick<HeadShape, 'keyValueHeads' | 'headSize'>,
): Tensor {
  return transpose(reshape(x, [batch, length, keyValueHeads, headSize]), [2, 0, 1, 3]);
}

/** The inverse of queryHeads: [KV, B, G * T, d] -> [B * T, heads * d]. */
export function joinHeads(x: Tensor, batch: Dim, length: Dim, { heads, keyValueHeads, headSize }: HeadShape): Tensor {
  const group = heads / keyValueHeads;
  const rows = multiplyDims(batch, length);
  if (group === 1) return reshape(transpose(x, [1, 2, 0, 3]), [rows, heads * headSize]);
  const split = transpose(reshape(x, [keyValueHeads, batch, group, length, headSize]), [1, 3, 0, 2, 4]);
  return reshape(split, [rows, heads * headSize]);
}

/** Adds a mask [T, K] or [B, 1, T, K] to scores [KV, B, G * T, K]. */
export function addMask(scores: Tensor, mask: Tensor, length: Dim, { heads, keyValueHeads }: HeadShape): Tensor {
  const group = heads / keyValueHeads;
  const [kv, batch, , keys] = scores.shape as [Dim, Dim, Dim, Dim];
  const perGroup: Shape = [kv, batch, group, length, keys];
  return group === 1 && mask.shape.length === 2
    ? add(scores, mask)
    : reshape(add(reshape(scores, perGroup), mask), scores.shape);
}

/** softmax(Q Kᵀ scale + mask) V over [KV, B, G * T, d]. */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, length: Dim, shape: HeadShape): Tensor {
  const scores = matmul(q, k, { transB: true, alpha: shape.headSize ** -0.5 });
  return matmul(softmax(addMask(scores, mask, length, shape)), v);
}
