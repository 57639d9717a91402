/** @file A language model on disk: its architecture and its tensors, ready to be put into graphs. */

import { join } from 'node:path';
import { SoftpostError } from '../errors.ts';
import { checkFiniteWeights } from '../artifact/finite-weights.ts';
import { openModelFolder, type ModelFolder } from '../artifact/model-folder.ts';
import type { Graph, Tensor } from '../engine/graph.ts';
import { gemm } from '../engine/ops.ts';
import type { WeightLookup } from '../engine/onnx-emitter.ts';
import type { Architecture, Head, Weights } from './architecture.ts';
import { BERT_LIKE, bertLike } from './bert.ts';
import { gpt2 } from './gpt2.ts';
import { LLAMA_LIKE, llamaLike } from './llama.ts';
import type { RowGraph } from './row-layout.ts';

export interface LanguageModel {
  readonly folder: ModelFolder;
  readonly architecture: Architecture;
  /** Finds a tensor's bytes, also under its older names. */
  readonly lookup: WeightLookup;
}

/**
 * Opens a stock Hugging Face folder and checks that every tensor is there in its shape and finite: one NaN among the
 * weights can leave a plausible accuracy.
 * @throws UNKNOWN_ARCHITECTURE, BAD_MODEL_CONFIG, MISSING_TENSOR, WRONG_SHAPE, NON_FINITE, BAD_SAFETENSORS, FILE_NOT_FOUND
 */
export async function openLanguageModel(dir: string): Promise<LanguageModel> {
  const folder = await openModelFolder(dir);
  const architecture = architectureOf(folder.config, join(dir, 'config.json'));
  const lookup: WeightLookup = (name, shape) => folder.tensor(storedName(folder, name), shape);
  for (const [name, shape] of architecture.tensorShapes()) lookup(name, shape);
  await checkFiniteWeights(folder);
  return { folder, architecture, lookup };
}

/** The name a tensor has in this folder: older checkpoints leave out the first part, and call a norm's tensors gamma and beta. */
export function storedName({ tensors }: ModelFolder, name: string): string {
  const old = name.replace(/(LayerNorm)\.weight$/, '$1.gamma').replace(/(LayerNorm)\.bias$/, '$1.beta');
  const withoutFirst = (full: string): string => full.slice(full.indexOf('.') + 1);
  return [name, withoutFirst(name), old, withoutFirst(old)].find((candidate) => tensors.has(candidate)) ?? name;
}

/** @throws UNKNOWN_ARCHITECTURE naming the file, BAD_MODEL_CONFIG */
export function architectureOf(config: Readonly<Record<string, unknown>>, file = 'config.json'): Architecture {
  const type = config['model_type'];
  if (type === 'gpt2') return gpt2(config);
  const llama = LLAMA_LIKE.find((known) => known === type);
  if (llama) return llamaLike(llama, config);
  const bert = BERT_LIKE.find((known) => known === type);
  if (bert) return bertLike(bert, config);
  throw new SoftpostError(
    'UNKNOWN_ARCHITECTURE',
    `${file}: model_type ${JSON.stringify(type)} is not supported (gpt2, ${[...LLAMA_LIKE, ...BERT_LIKE].join(', ')})`,
  );
}

/** Tensors of a frozen model, read in place. */
export function frozenWeights(graph: Graph): Weights {
  return (name, shape) => graph.weight(name, shape);
}

/** Last hidden states: of the scored rows only ([B, D], and the last layer does no more), or of all rows. */
export function lastHidden(model: Architecture, weights: Weights, layout: RowGraph, rows: 'all' | 'scored'): Tensor {
  let x = model.embed(weights, layout.words(model.wordTable(weights)), layout);
  for (let index = 0; index < model.layers; index++)
    x = model.layer(weights, index, x, layout, index === model.layers - 1 ? rows : 'all');
  return model.lastHidden(weights, x);
}

/** Vocabulary logits of rows [rows, D] -> [rows, V]. */
export function vocabularyLogits(x: Tensor, { matrix, bias }: Head): Tensor {
  return gemm(x, matrix, { transB: true, bias });
}

/** Vocabulary logits of the scored position of every sequence [B, V]. */
export function scoredLogits(model: Architecture, weights: Weights, layout: RowGraph): Tensor {
  return vocabularyLogits(model.headInput(weights, lastHidden(model, weights, layout, 'scored')), model.head(weights));
}
