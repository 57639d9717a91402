/**
 * @file Rows [B * L]: the next L tokens of B sequences whose earlier keys and values lie in caches of T places. One graph
 * serves a prompt, a text behind it, and generation (L = 1). Causal models only.
 */

import { multiplyDims, symbol, type Dim } from '@softpost/shared/engine/dim';
import type { Graph, Tensor } from '@softpost/shared/engine/graph';
import { add, concat, gather, matmul, reshape, softmax, split, transpose } from '@softpost/shared/engine/ops';
import type { Architecture, HeadShape } from '@softpost/shared/model/architecture';
import { positionInputs } from '@softpost/shared/model/position-inputs';
import type { RowGraph } from '@softpost/shared/model/row-layout';
import { mixedRows } from './mixed-rows.ts';

export interface CachedLayout extends RowGraph {
  /** Keys and values of the L tokens, one pair a layer in the order of the layers, each [B, KV, L, d]. */
  readonly made: readonly { readonly keys: Tensor; readonly values: Tensor }[];
}

export function cachedLayout(graph: Graph, model: Architecture): CachedLayout {
  const batch = symbol('B');
  const length = symbol('L');
  const places = symbol('T');
  const rows = multiplyDims(batch, length);
  const scored = graph.input('scoredRows', [batch], 'i32');
  const made: { readonly keys: Tensor; readonly values: Tensor }[] = [];
  // Without a window every query of a sequence sees all that is cached of it.
  const perQuery = model.slidingWindow === undefined ? 1 : length;
  /** What is added to the scores [B, KV, G, queries, T or L] of the cached places and of the own tokens. */
  const masks = (which: 'all' | 'scored'): { readonly cached: Tensor; readonly own: Tensor } =>
    which === 'all'
      ? {
          cached: graph.input('cachedMask', [batch, 1, 1, perQuery, places]),
          own: graph.input('ownMask', [length, length]),
        }
      : {
          cached: graph.input('scoredCachedMask', [batch, 1, 1, 1, places]),
          own: graph.input('scoredOwnMask', [batch, 1, 1, 1, length]),
        };

  return {
    ...positionInputs(graph, model, rows, scored, 'f32'),
    made,
    words: (table) => mixedRows(graph, table, rows),
    select: (x, which) => (which === 'all' ? x : gather(x, scored)),
    attend: (q, k, v, shape, which) => {
      const { keyValueHeads: kv, headSize } = shape;
      const index = made.length;
      const cache = (name: string): Tensor => graph.input(`${name}.${index}`, [batch, kv, places, headSize]);
      const keys = toHeads(k, batch, length, kv, headSize);
      const values = toHeads(v, batch, length, kv, headSize);
      made.push({ keys, values });
      const queries = which === 'all' ? length : 1;
      const mask = masks(which);
      const asked = toGroups(q, batch, queries, shape);
      const scores = (against: Tensor, hidden: Tensor): Tensor =>
        addMask(matmul(asked, against, { transB: true, alpha: headSize ** -0.5 }), hidden, queries, shape);
      const both = concat([scores(cache('keys'), mask.cached), scores(keys, mask.own)], 3);
      const [toCached, toOwn] = split(softmax(both), 3, [places, length]) as [Tensor, Tensor];
      const mixed = add(matmul(toCached, cache('values')), matmul(toOwn, values));
      return fromGroups(mixed, batch, queries, shape);
    },
  };
}

/** [B * L, KV * d] -> [B, KV, L, d]: a sequence stays in one piece, so that its cache can be lent to a run alone. */
function toHeads(x: Tensor, batch: Dim, length: Dim, heads: number, headSize: number): Tensor {
  return transpose(reshape(x, [batch, length, heads, headSize]), [0, 2, 1, 3]);
}

/** Queries [B * L, heads * d] -> [B, KV, G * L, d]: the G heads that share keys lie one after the other. */
function toGroups(q: Tensor, batch: Dim, length: Dim, { heads, keyValueHeads, headSize }: HeadShape): Tensor {
  const group = heads / keyValueHeads;
  const apart = transpose(reshape(q, [batch, length, heads, headSize]), [0, 2, 1, 3]);
  return reshape(apart, [batch, keyValueHeads, multiplyDims(group, length), headSize]);
}

/** The inverse of toGroups. */
function fromGroups(x: Tensor, batch: Dim, length: Dim, { heads, headSize }: HeadShape): Tensor {
  const apart = reshape(x, [batch, heads, length, headSize]);
  return reshape(transpose(apart, [0, 2, 1, 3]), [multiplyDims(batch, length), heads * headSize]);
}

function addMask(scores: Tensor, mask: Tensor, length: Dim, { heads, keyValueHeads }: HeadShape): Tensor {
  const [batch, kv, , keys] = scores.shape as [Dim, Dim, Dim, Dim];
  return reshape(add(reshape(scores, [batch, kv, heads / keyValueHeads, length, keys]), mask), scores.shape);
}
