/** @file Rows [B * (P + L)]: every example is a sequence of its own, its prompt included. For any model, and for per-example gradients. */

import { addDims, multiplyDims, symbol } from '../engine/dim.ts';
import type { Graph, Tensor } from '../engine/graph.ts';
import { concat, gather, reshape } from '../engine/ops.ts';
import type { PaddedBatch } from '../text/batches.ts';
import type { Architecture } from './architecture.ts';
import { attention, joinHeads, keyHeads, MASKED, queryHeads } from './heads.ts';
import { checkPositions, positionInputs, rotaryFeeds } from './position-inputs.ts';
import type { RowLayout } from './row-layout.ts';

/**
 * @param virtualTokens P; the prompt input is [B, P, D], so that the gradient of a sum of losses is one gradient per example
 * @param dtype of prompt, masks and angles: 'f64' to check gradients against differences; feeds are float32 all the same
 */
export function perExampleLayout(
  graph: Graph,
  model: Architecture,
  virtualTokens: number,
  dtype: 'f32' | 'f64' = 'f32',
): RowLayout {
  const batch = symbol('B');
  const textLength = symbol('L');
  const length = addDims(textLength, virtualTokens);
  const rows = multiplyDims(batch, length);
  const ids = graph.input('inputIds', [multiplyDims(batch, textLength)], 'i32');
  const scored = graph.input('scoredRows', [batch], 'i32');
  const mask =
    model.kind === 'causal'
      ? graph.input('mask', [length, length], dtype)
      : graph.input('mask', [batch, 1, 1, length], dtype);
  const scoredMask = model.kind === 'causal' ? graph.input('scoredMask', [batch, 1, 1, length], dtype) : mask;
  const prompt =
    virtualTokens === 0 ? undefined : graph.input('prompt', [batch, virtualTokens, model.hiddenSize], dtype);
  const { positions, rotary } = positionInputs(graph, model, rows, scored, dtype);

  return {
    prompt,
    batch,
    positions,
    rotary,
    words: (table) => (prompt ? joinPrompt(prompt, gather(table, ids)) : gather(table, ids)),
    select: (x, which) => (which === 'all' ? x : gather(x, scored)),
    attend: (q, k, v, shape, which) => {
      const queries = which === 'all' ? length : 1;
      const mixed = attention(
        queryHeads(q, batch, queries, shape),
        keyHeads(k, batch, length, shape),
        keyHeads(v, batch, length, shape),
        which === 'all' ? mask : scoredMask,
        queries,
        shape,
      );
      return joinHeads(mixed, batch, queries, shape);
    },
    feeds: (padded) => feedsFor(padded, model, virtualTokens),
    promptFeed: (value, examples) => (value ? { prompt: repeat(value, examples) } : {}),
  };

  function joinPrompt(own: Tensor, words: Tensor): Tensor {
    const perSequence = reshape(words, [batch, textLength, model.hiddenSize]);
    return reshape(concat([own, perSequence], 1), [rows, model.hiddenSize]);
  }
}

function feedsFor(
  { inputIds, batch, length, lengths, scored }: PaddedBatch,
  model: Architecture,
  virtualTokens: number,
): ReturnType<RowLayout['feeds']> {
  const total = virtualTokens + length;
  checkPositions(model, total);
  const positions = Int32Array.from({ length: batch * total }, (_, row) => model.firstPosition + (row % total));
  const scoredRows = scored.map((index, example) => example * total + virtualTokens + index);
  const visible = Array.from({ length: batch }, (_, example) =>
    model.kind === 'causal' ? virtualTokens + scored[example]! + 1 : virtualTokens + lengths[example]!,
  );
  const lastVisible = new Float32Array(batch * total);
  const window = model.slidingWindow ?? total;
  for (let example = 0; example < batch; example++) {
    const end = visible[example]!;
    const start = model.kind === 'causal' ? Math.max(0, end - window) : 0;
    for (let key = 0; key < total; key++) lastVisible[example * total + key] = key >= start && key < end ? 0 : MASKED;
  }
  const masks =
    model.kind === 'causal' ? { mask: causalMask(total, window), scoredMask: lastVisible } : { mask: lastVisible };
  return {
    bindings: { B: batch, L: length },
    feeds: { inputIds, positions, scoredRows, ...masks, ...rotaryFeeds(model, positions) },
  };
}

/** [length, length]: a query sees itself and what comes before it, at most `window` positions. */
export function causalMask(length: number, window: number): Float32Array {
  const mask = new Float32Array(length * length).fill(MASKED);
  for (let query = 0; query < length; query++)
    mask.fill(0, query * length + Math.max(0, query + 1 - window), query * length + query + 1);
  return mask;
}

function repeat(values: Float32Array, times: number): Float32Array {
  const copies = new Float32Array(values.length * times);
  for (let copy = 0; copy < times; copy++) copies.set(values, copy * values.length);
  return copies;
}
