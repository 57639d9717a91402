/** @file How sequences lie in the rows of one matrix, and what attention makes of that. */

import type { DimBindings, Dim } from '../engine/dim.ts';
import type { Tensor } from '../engine/graph.ts';
import type { Feeds } from '../engine/program.ts';
import type { PaddedBatch } from '../text/batches.ts';
import type { HeadShape } from './architecture.ts';

/** Every row, or only the one row of each sequence whose logits are read. */
export type Rows = 'all' | 'scored';

/** What the graph of a model asks of a layout. */
export interface RowGraph {
  /** Word embeddings and virtual tokens as rows [rows, D]. */
  words(wordTable: Tensor): Tensor;
  /** Position numbers i32 [rows]. */
  readonly positions: Tensor;
  /** Rotary cosines and sines, each [rows, headSize / 2]. @throws ENGINE when the architecture has none. */
  rotary(rows: Rows): { readonly cos: Tensor; readonly sin: Tensor };
  /** The rows asked for, of a matrix with all rows. */
  select(x: Tensor, rows: Rows): Tensor;
  /** softmax(Q Kᵀ / sqrt(d)) V within each sequence. Q: [rows asked for, heads * d]; K, V: [all rows, key/value heads * d]. */
  attend(q: Tensor, k: Tensor, v: Tensor, shape: HeadShape, rows: Rows): Tensor;
}

/** A layout of whole sequences, each behind a soft prompt. */
export interface RowLayout extends RowGraph {
  /** The soft prompt, an input of the graph: [P, D] when shared, [B, P, D] when every example has its own; undefined when P = 0. */
  readonly prompt: Tensor | undefined;
  /** Number of sequences. */
  readonly batch: Dim;
  /** Values of symbols and inputs (the prompt excepted) for a batch. @throws BAD_OPTION when it exceeds the model's positions. */
  feeds(batch: PaddedBatch): { readonly bindings: DimBindings; readonly feeds: Feeds };
  /** The value of the prompt input for one prompt [P, D] and so many examples; nothing when P = 0. */
  promptFeed(prompt: Float32Array | undefined, examples: number): Feeds;
}
