/** @file BERT (Devlin et al., 2019) and RoBERTa (Liu et al., 2019) with their masked-language-model heads: post-norm, learned positions. */

import { z } from 'zod';
import type { Tensor } from '../engine/graph.ts';
import { add, gather, gelu, gemm, layerNorm, reshape, split } from '../engine/ops.ts';
import type { Architecture, Weights } from './architecture.ts';
import { dividedHeadSize, parseConfig } from './parse-config.ts';

const configSchema = z.object({
  num_hidden_layers: z.int().positive(),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_attention_heads: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  vocab_size: z.int().positive(),
  type_vocab_size: z.int().positive().default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.enum(['gelu', 'gelu_new', 'gelu_pytorch_tanh']).default('gelu'),
  tie_word_embeddings: z.boolean().default(true),
  position_embedding_type: z.literal('absolute').nullish(),
  is_decoder: z.literal(false).nullish(),
  pad_token_id: z.int().min(0).optional(),
});

export const BERT_LIKE = ['bert', 'roberta', 'xlm-roberta', 'camembert'] as const;

/** @throws BAD_MODEL_CONFIG naming the key of config.json. */
export function bertLike(modelType: (typeof BERT_LIKE)[number], config: unknown): Architecture {
  const read = parseConfig(modelType, configSchema, config);
  const {
    hidden_size: hiddenSize,
    intermediate_size: inner,
    num_attention_heads: heads,
    vocab_size,
    layer_norm_eps: epsilon,
    tie_word_embeddings: tied,
  } = read;
  const isBert = modelType === 'bert';
  // As transformers fills it in; RoBERTa's positions depend on it.
  const padId = read.pad_token_id ?? (isBert ? 0 : 1);
  const root = isBert ? 'bert' : 'roberta';
  const names = isBert
    ? {
        transform: 'cls.predictions.transform.dense',
        transformNorm: 'cls.predictions.transform.LayerNorm',
        bias: 'cls.predictions.bias',
        decoder: 'cls.predictions.decoder.weight',
      }
    : {
        transform: 'lm_head.dense',
        transformNorm: 'lm_head.layer_norm',
        bias: 'lm_head.bias',
        decoder: 'lm_head.decoder.weight',
      };
  const embeddings = `${root}.embeddings.`;
  const table = `${embeddings}word_embeddings.weight`;
  const head = tied ? table : names.decoder;
  const prefix = (layer: number): string => `${root}.encoder.layer.${layer}.`;
  const attention = { heads, keyValueHeads: heads, headSize: dividedHeadSize(modelType, hiddenSize, heads) };
  const activate = (x: Tensor): Tensor => gelu(x, read.hidden_act === 'gelu' ? 'none' : 'tanh');

  const norm = (weights: Weights, name: string, x: Tensor): Tensor =>
    layerNorm(x, weights(`${name}.weight`, [hiddenSize]), weights(`${name}.bias`, [hiddenSize]), epsilon);
  const project = (weights: Weights, name: string, x: Tensor, from: number, to: number): Tensor =>
    gemm(x, weights(`${name}.weight`, [to, from]), { transB: true, bias: weights(`${name}.bias`, [to]) });

  return {
    modelType,
    kind: 'masked',
    layers: read.num_hidden_layers,
    hiddenSize,
    vocabularySize: vocab_size,
    attention,
    // RoBERTa keeps the positions up to padding_idx for padding.
    maxPositions: isBert ? read.max_position_embeddings : read.max_position_embeddings - padId - 1,
    firstPosition: isBert ? 0 : padId + 1,
    rotary: undefined,
    slidingWindow: undefined,
    tiedHead: tied,
    embeddingName: table,
    headName: head,
    layerPrefix: prefix,
    tensorShapes: (layers = read.num_hidden_layers) =>
      new Map<string, readonly number[]>([
        [table, [vocab_size, hiddenSize]],
        [`${embeddings}position_embeddings.weight`, [read.max_position_embeddings, hiddenSize]],
        [`${embeddings}token_type_embeddings.weight`, [read.type_vocab_size, hiddenSize]],
        ...normShapes(`${embeddings}LayerNorm`),
        ...Array.from({ length: layers }, (_, layer) => layerShapes(prefix(layer))).flat(),
        ...linearShapes(names.transform, hiddenSize, hiddenSize),
        ...normShapes(names.transformNorm),
        [names.bias, [vocab_size]],
        [head, [vocab_size, hiddenSize]],
      ]),
    wordTable: (weights) => weights(table, [vocab_size, hiddenSize]),
    embed: (weights, words, { positions }) => {
      const types = weights(`${embeddings}token_type_embeddings.weight`, [read.type_vocab_size, hiddenSize]);
      // All text is of the first segment.
      const firstType = read.type_vocab_size === 1 ? types : split(types, 0, [1, read.type_vocab_size - 1])[0]!;
      const placed = gather(
        weights(`${embeddings}position_embeddings.weight`, [read.max_position_embeddings, hiddenSize]),
        positions,
      );
      return norm(weights, `${embeddings}LayerNorm`, add(add(words, placed), reshape(firstType, [hiddenSize])));
    },
    layer: (weights, index, x, layout, rows) => {
      const name = prefix(index);
      const asking = layout.select(x, rows);
      const q = project(weights, `${name}attention.self.query`, asking, hiddenSize, hiddenSize);
      const k = project(weights, `${name}attention.self.key`, x, hiddenSize, hiddenSize);
      const v = project(weights, `${name}attention.self.value`, x, hiddenSize, hiddenSize);
      const mixed = project(
        weights,
        `${name}attention.output.dense`,
        layout.attend(q, k, v, attention, rows),
        hiddenSize,
        hiddenSize,
      );
      const attended = norm(weights, `${name}attention.output.LayerNorm`, add(asking, mixed));
      const activated = activate(project(weights, `${name}intermediate.dense`, attended, hiddenSize, inner));
      return norm(
        weights,
        `${name}output.LayerNorm`,
        add(attended, project(weights, `${name}output.dense`, activated, inner, hiddenSize)),
      );
    },
    lastHidden: (_, x) => x,
    headInput: (weights, hidden) =>
      norm(weights, names.transformNorm, activate(project(weights, names.transform, hidden, hiddenSize, hiddenSize))),
    head: (weights) => ({ matrix: weights(head, [vocab_size, hiddenSize]), bias: weights(names.bias, [vocab_size]) }),
  };

  function linearShapes(name: string, from: number, to: number): [string, readonly number[]][] {
    return [
      [`${name}.weight`, [to, from]],
      [`${name}.bias`, [to]],
    ];
  }

  function normShapes(name: string): [string, readonly number[]][] {
    return [
      [`${name}.weight`, [hiddenSize]],
      [`${name}.bias`, [hiddenSize]],
    ];
  }

  function layerShapes(name: string): [string, readonly number[]][] {
    return [
      ...['query', 'key', 'value'].flatMap((part) =>
        linearShapes(`${name}attention.self.${part}`, hiddenSize, hiddenSize),
      ),
      ...linearShapes(`${name}attention.output.dense`, hiddenSize, hiddenSize),
      ...normShapes(`${name}attention.output.LayerNorm`),
      ...linearShapes(`${name}intermediate.dense`, hiddenSize, inner),
      ...linearShapes(`${name}output.dense`, inner, hiddenSize),
      ...normShapes(`${name}output.LayerNorm`),
    ];
  }
}
