/** @file GPT-2 (Radford et al., 2019): learned positions, pre-norm, one matrix for queries, keys and values, GELU. */

import { z } from 'zod';
import type { Tensor } from '../engine/graph.ts';
import { add, gather, gelu, gemm, layerNorm, split } from '../engine/ops.ts';
import type { Architecture, Weights } from './architecture.ts';
import { dividedHeadSize, parseConfig } from './parse-config.ts';

const configSchema = z.object({
  n_layer: z.int().positive(),
  n_embd: z.int().positive(),
  n_head: z.int().positive(),
  n_inner: z.int().positive().nullish(),
  n_positions: z.int().positive(),
  vocab_size: z.int().positive(),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  activation_function: z.enum(['gelu_new', 'gelu_pytorch_tanh', 'gelu']).default('gelu_new'),
  tie_word_embeddings: z.boolean().default(true),
  scale_attn_weights: z.literal(true).default(true),
  scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
  add_cross_attention: z.literal(false).default(false),
});

/** @throws BAD_MODEL_CONFIG naming the key of config.json. */
export function gpt2(config: unknown): Architecture {
  const {
    n_layer,
    n_embd: hiddenSize,
    n_head: heads,
    n_inner,
    n_positions,
    vocab_size,
    layer_norm_epsilon: epsilon,
    activation_function,
    tie_word_embeddings,
  } = parseConfig('gpt2', configSchema, config);
  const inner = n_inner ?? 4 * hiddenSize;
  const attention = { heads, keyValueHeads: heads, headSize: dividedHeadSize('gpt2', hiddenSize, heads) };
  const prefix = (layer: number): string => `transformer.h.${layer}.`;
  const table = 'transformer.wte.weight';
  const head = tie_word_embeddings ? table : 'lm_head.weight';

  const norm = (weights: Weights, name: string, x: Tensor): Tensor =>
    layerNorm(x, weights(`${name}.weight`, [hiddenSize]), weights(`${name}.bias`, [hiddenSize]), epsilon);
  /** GPT-2 stores its matrices as [in, out]. */
  const project = (weights: Weights, name: string, x: Tensor, from: number, to: number): Tensor =>
    gemm(x, weights(`${name}.weight`, [from, to]), { bias: weights(`${name}.bias`, [to]) });

  return {
    modelType: 'gpt2',
    kind: 'causal',
    layers: n_layer,
    hiddenSize,
    vocabularySize: vocab_size,
    attention,
    maxPositions: n_positions,
    firstPosition: 0,
    rotary: undefined,
    slidingWindow: undefined,
    tiedHead: tie_word_embeddings,
    embeddingName: table,
    headName: head,
    layerPrefix: prefix,
    tensorShapes: (layers = n_layer) =>
      new Map<string, readonly number[]>([
        [table, [vocab_size, hiddenSize]],
        ['transformer.wpe.weight', [n_positions, hiddenSize]],
        ...Array.from({ length: layers }, (_, layer) => layerShapes(prefix(layer), hiddenSize, inner)).flat(),
        ['transformer.ln_f.weight', [hiddenSize]],
        ['transformer.ln_f.bias', [hiddenSize]],
        [head, [vocab_size, hiddenSize]],
      ]),
    wordTable: (weights) => weights(table, [vocab_size, hiddenSize]),
    embed: (weights, words, { positions }) =>
      add(words, gather(weights('transformer.wpe.weight', [n_positions, hiddenSize]), positions)),
    layer: (weights, index, x, layout, rows) => {
      const name = prefix(index);
      const normal = norm(weights, `${name}ln_1`, x);
      const attnName = `${name}attn.c_attn`;
      const [q, k, v] = queryKeyValue(weights, attnName, normal, layout.select(normal, rows), hiddenSize);
      const mixed = project(
        weights,
        `${name}attn.c_proj`,
        layout.attend(q, k, v, attention, rows),
        hiddenSize,
        hiddenSize,
      );
      const attended = add(layout.select(x, rows), mixed);
      const expanded = project(weights, `${name}mlp.c_fc`, norm(weights, `${name}ln_2`, attended), hiddenSize, inner);
      const activated = gelu(expanded, activation_function === 'gelu' ? 'none' : 'tanh');
      return add(attended, project(weights, `${name}mlp.c_proj`, activated, inner, hiddenSize));
    },
    lastHidden: (weights, x) => norm(weights, 'transformer.ln_f', x),
    headInput: (_, hidden) => hidden,
    head: (weights) => ({ matrix: weights(head, [vocab_size, hiddenSize]), bias: undefined }),
  };
}

/** One product for all rows; where only scored rows ask, keys and values come from all rows and queries from those. */
function queryKeyValue(
  weights: Weights,
  name: string,
  all: Tensor,
  asking: Tensor,
  hiddenSize: number,
): readonly [Tensor, Tensor, Tensor] {
  const matrix = weights(`${name}.weight`, [hiddenSize, 3 * hiddenSize]);
  const bias = weights(`${name}.bias`, [3 * hiddenSize]);
  const thirds = [hiddenSize, hiddenSize, hiddenSize];
  if (asking === all) return split(gemm(all, matrix, { bias }), 1, thirds) as [Tensor, Tensor, Tensor];
  const [queryMatrix, keyValueMatrix] = split(matrix, 1, [hiddenSize, 2 * hiddenSize]) as [Tensor, Tensor];
  const [queryBias, keyValueBias] = split(bias, 0, [hiddenSize, 2 * hiddenSize]) as [Tensor, Tensor];
  const [k, v] = split(gemm(all, keyValueMatrix, { bias: keyValueBias }), 1, [hiddenSize, hiddenSize]) as [
    Tensor,
    Tensor,
  ];
  return [gemm(asking, queryMatrix, { bias: queryBias }), k, v];
}

function layerShapes(prefix: string, hidden: number, inner: number): [string, readonly number[]][] {
  return [
    [`${prefix}ln_1.weight`, [hidden]],
    [`${prefix}ln_1.bias`, [hidden]],
    [`${prefix}attn.c_attn.weight`, [hidden, 3 * hidden]],
    [`${prefix}attn.c_attn.bias`, [3 * hidden]],
    [`${prefix}attn.c_proj.weight`, [hidden, hidden]],
    [`${prefix}attn.c_proj.bias`, [hidden]],
    [`${prefix}ln_2.weight`, [hidden]],
    [`${prefix}ln_2.bias`, [hidden]],
    [`${prefix}mlp.c_fc.weight`, [hidden, inner]],
    [`${prefix}mlp.c_fc.bias`, [inner]],
    [`${prefix}mlp.c_proj.weight`, [inner, hidden]],
    [`${prefix}mlp.c_proj.bias`, [hidden]],
  ];
}
