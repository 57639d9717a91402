/** @file Rows that are words or virtual tokens, row by row, so that one loaded model takes both. */

import type { Dim } from '@softpost/shared/engine/dim';
import type { Graph, Tensor } from '@softpost/shared/engine/graph';
import { add, gather, mul } from '@softpost/shared/engine/ops';
import type { Feeds } from '@softpost/shared/engine/program';

/** Exact: a word is x * 1 + 0, a virtual token x * 0 + v. */
export function mixedRows(graph: Graph, table: Tensor, rows: Dim): Tensor {
  const words = gather(table, graph.input('inputIds', [rows], 'i32'));
  const virtual = graph.input('virtualTokens', [rows, table.shape[1]!]);
  return add(mul(words, graph.input('isWord', [rows, 1])), virtual);
}

/** Rows [R]; at `virtual` a row's place stand the virtual tokens [n, D] from there on. */
export function mixedFeeds(
  inputIds: Int32Array,
  hiddenSize: number,
  virtual: readonly { readonly row: number; readonly tokens: Float32Array }[] = [],
): Feeds {
  const virtualTokens = new Float32Array(inputIds.length * hiddenSize);
  const isWord = new Float32Array(inputIds.length).fill(1);
  for (const { row, tokens } of virtual) {
    virtualTokens.set(tokens, row * hiddenSize);
    isWord.fill(0, row, row + tokens.length / hiddenSize);
  }
  return { inputIds, isWord, virtualTokens };
}
