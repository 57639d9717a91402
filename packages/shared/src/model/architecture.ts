/** @file What every architecture offers: its sizes, its tensors, and its parts as graph builders over rows. */

import type { Tensor } from '../engine/graph.ts';
import type { RowGraph, Rows } from './row-layout.ts';

/** Gives a model tensor by its Hugging Face name: a stored weight of a frozen model, or an input of one being trained. */
export type Weights = (name: string, shape: readonly number[]) => Tensor;

/** Sizes of one attention: `heads` query heads share `keyValueHeads` key/value heads (grouped-query attention). */
export interface HeadShape {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** Rotary position embedding: angle of pair i at position t is t * inverseFrequencies[i]; cos and sin are scaled. */
export interface Rotary {
  readonly inverseFrequencies: Float64Array;
  readonly scale: number;
}

/** A vocabulary projection: logits = x matrixᵀ + bias. */
export interface Head {
  /** [vocabulary, hidden] */
  readonly matrix: Tensor;
  readonly bias: Tensor | undefined;
}

/**
 * A transformer language model as graph builders. All rows (one row = one position of one sequence) go through one
 * matrix [rows, hidden]; only attention needs to know which rows belong together, and asks the layout.
 */
export interface Architecture {
  readonly modelType: string;
  readonly kind: 'causal' | 'masked';
  readonly layers: number;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  readonly attention: HeadShape;
  /** Longest sequence, virtual tokens included. */
  readonly maxPositions: number;
  /** Number of the first position (RoBERTa counts from padding_idx + 1). */
  readonly firstPosition: number;
  readonly rotary: Rotary | undefined;
  /** Positions a query sees back, itself included; undefined = all. */
  readonly slidingWindow: number | undefined;
  readonly tiedHead: boolean;

  /** Names of the input embedding table and of the matrix of the head (equal when tied). */
  readonly embeddingName: string;
  readonly headName: string;
  /** Every tensor by name with its shape, for a model of so many layers. */
  tensorShapes(layers?: number): ReadonlyMap<string, readonly number[]>;
  /** Name of a layer's tensor as the same tensor of another layer. */
  layerPrefix(layer: number): string;

  /** Word embeddings [vocabulary, hidden]. */
  wordTable(weights: Weights): Tensor;
  /** What enters the first layer, from word embeddings or virtual tokens [rows, hidden]. */
  embed(weights: Weights, words: Tensor, layout: RowGraph): Tensor;
  /** One transformer layer; with `rows` = 'scored' only the scored rows come out. */
  layer(weights: Weights, index: number, x: Tensor, layout: RowGraph, rows: Rows): Tensor;
  /** Last hidden state, as Hugging Face reports it. */
  lastHidden(weights: Weights, x: Tensor): Tensor;
  /** From the last hidden state to what the head is applied to. */
  headInput(weights: Weights, hidden: Tensor): Tensor;
  head(weights: Weights): Head;
}
