/**
 * @file Rows [P + B * L]: one prompt for the whole batch, computed once. Causal models only, because there the prompt's
 * rows see nothing but the prompt. Exact, and (P + L) / (P / B + L) times fewer rows than one prompt per example.
 */

import { addDims, multiplyDims, symbol, type Dim } from '../engine/dim.ts';
import type { Graph, Tensor } from '../engine/graph.ts';
import { add, concat, gather, matmul, reshape, softmax, split } from '../engine/ops.ts';
import type { PaddedBatch } from '../text/batches.ts';
import type { Architecture, HeadShape } from './architecture.ts';
import { addMask, attention, joinHeads, keyHeads, queryHeads } from './heads.ts';
import { causalMask } from './per-example-layout.ts';
import { checkPositions, positionInputs, rotaryFeeds } from './position-inputs.ts';
import type { RowLayout } from './row-layout.ts';

/**
 * @param virtualTokens P > 0; the prompt input is [P, D] and its gradient is the sum over the batch
 * @param dtype as of perExampleLayout
 */
export function sharedPrefixLayout(
  graph: Graph,
  model: Architecture,
  virtualTokens: number,
  dtype: 'f32' | 'f64' = 'f32',
): RowLayout {
  const batch = symbol('B');
  const length = symbol('L');
  const textRows = multiplyDims(batch, length);
  const ids = graph.input('inputIds', [textRows], 'i32');
  const scored = graph.input('scoredRows', [batch], 'i32');
  const prompt = graph.input('prompt', [virtualTokens, model.hiddenSize], dtype);
  const prefixMask = graph.input('prefixMask', [virtualTokens, virtualTokens], dtype);
  /** Of a text query: [its mask over the prompt, its mask over the text]. */
  const masks = (rows: 'all' | 'scored'): readonly [Tensor | undefined, Tensor] =>
    rows === 'all'
      ? [
          model.slidingWindow === undefined ? undefined : graph.input('promptMask', [length, virtualTokens], dtype),
          graph.input('mask', [length, length], dtype),
        ]
      : [
          model.slidingWindow === undefined
            ? undefined
            : graph.input('scoredPromptMask', [batch, 1, 1, virtualTokens], dtype),
          graph.input('scoredMask', [batch, 1, 1, length], dtype),
        ];
  const { positions, rotary } = positionInputs(graph, model, addDims(textRows, virtualTokens), scored, dtype);

  return {
    prompt,
    batch,
    positions,
    rotary,
    words: (table) => concat([prompt, gather(table, ids)], 0),
    select: (x, rows) => (rows === 'all' ? x : gather(x, scored)),
    attend: (q, k, v, shape, rows) => {
      const [prefixKeys, textKeys] = prefixAndText(k, shape);
      const [prefixValues, textValues] = prefixAndText(v, shape);
      const overText = (queries: Tensor, count: Dim): Tensor =>
        joinHeads(
          attendToBoth(
            queryHeads(queries, batch, count, shape),
            prefixKeys,
            prefixValues,
            textKeys,
            textValues,
            masks(rows),
            count,
            shape,
          ),
          batch,
          count,
          shape,
        );
      if (rows === 'scored') return overText(q, 1);
      const [prefixQueries, textQueries] = split(q, 0, [virtualTokens, textRows]) as [Tensor, Tensor];
      const withinPrefix = attention(
        queryHeads(prefixQueries, 1, virtualTokens, shape),
        prefixKeys,
        prefixValues,
        prefixMask,
        virtualTokens,
        shape,
      );
      return concat([joinHeads(withinPrefix, 1, virtualTokens, shape), overText(textQueries, length)], 0);
    },
    feeds: (padded) => feedsFor(padded, model, virtualTokens),
    promptFeed: (value) => (value ? { prompt: value } : {}),
  };

  /** [KV, 1, P, d] and [KV, B, L, d] */
  function prefixAndText(x: Tensor, shape: HeadShape): readonly [Tensor, Tensor] {
    const [prefix, text] = split(x, 0, [virtualTokens, textRows]) as [Tensor, Tensor];
    return [keyHeads(prefix, 1, virtualTokens, shape), keyHeads(text, batch, length, shape)];
  }
}

/**
 * One softmax over the keys of the prompt and of the own text. The product with the prompt's keys is one large
 * product for the whole batch, so the prompt's keys and values are never copied per example.
 */
function attendToBoth(
  q: Tensor,
  prefixKeys: Tensor,
  prefixValues: Tensor,
  textKeys: Tensor,
  textValues: Tensor,
  [prefixMask, textMask]: readonly [Tensor | undefined, Tensor],
  count: Dim,
  shape: HeadShape,
): Tensor {
  const [kv, batch, queries, headSize] = q.shape as [Dim, Dim, Dim, Dim];
  const prefix = prefixKeys.shape[2]!;
  const together = [kv, 1, multiplyDims(batch, queries), headSize];
  const scale = shape.headSize ** -0.5;
  const prefixScores = reshape(matmul(reshape(q, together), prefixKeys, { transB: true, alpha: scale }), [
    kv,
    batch,
    queries,
    prefix,
  ]);
  const textScores = addMask(matmul(q, textKeys, { transB: true, alpha: scale }), textMask, count, shape);
  const scores = concat([prefixMask ? addMask(prefixScores, prefixMask, count, shape) : prefixScores, textScores], 3);
  const [toPrefix, toText] = split(softmax(scores), 3, [prefix, textKeys.shape[2]!]) as [Tensor, Tensor];
  const fromPrefix = matmul(reshape(toPrefix, [kv, 1, multiplyDims(batch, queries), prefix]), prefixValues);
  return add(reshape(fromPrefix, q.shape), matmul(toText, textValues));
}

function feedsFor(
  { inputIds, batch, length, scored }: PaddedBatch,
  model: Architecture,
  virtualTokens: number,
): ReturnType<RowLayout['feeds']> {
  const total = virtualTokens + length;
  checkPositions(model, total);
  const positions = Int32Array.from(
    { length: virtualTokens + batch * length },
    (_, row) => model.firstPosition + (row < virtualTokens ? row : virtualTokens + ((row - virtualTokens) % length)),
  );
  const scoredRows = scored.map((index, example) => virtualTokens + example * length + index);
  const window = model.slidingWindow ?? total;
  const full = causalMask(total, window);
  const masks: Record<string, Float32Array> = {
    prefixMask: part(full, total, 0, virtualTokens, 0, virtualTokens),
    mask: part(full, total, virtualTokens, total, virtualTokens, total),
    scoredMask: scoredRowsOf(full, total, virtualTokens, virtualTokens, total, scored),
  };
  if (model.slidingWindow !== undefined) {
    masks['promptMask'] = part(full, total, virtualTokens, total, 0, virtualTokens);
    masks['scoredPromptMask'] = scoredRowsOf(full, total, virtualTokens, 0, virtualTokens, scored);
  }
  return {
    bindings: { B: batch, L: length },
    feeds: { inputIds, positions, scoredRows, ...masks, ...rotaryFeeds(model, positions) },
  };
}

/** Columns [from, to) of the mask rows of the scored positions. */
function scoredRowsOf(
  mask: Float32Array,
  width: number,
  virtualTokens: number,
  from: number,
  to: number,
  scored: Int32Array,
): Float32Array {
  const rows = new Float32Array(scored.length * (to - from));
  scored.forEach((index, example) =>
    rows.set(part(mask, width, virtualTokens + index, virtualTokens + index + 1, from, to), example * (to - from)),
  );
  return rows;
}

function part(
  matrix: Float32Array,
  width: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Float32Array {
  const out = new Float32Array((bottom - top) * (right - left));
  for (let row = top; row < bottom; row++)
    out.set(matrix.subarray(row * width + left, row * width + right), (row - top) * (right - left));
  return out;
}
