/** @file The Llama family (Touvron et al., 2023): Llama 2 and 3, Mistral, Qwen2, SmolLM: RMSNorm, rotary positions, grouped-query attention, SwiGLU. */

import { z } from 'zod';
import { SoftpostError } from '../errors.ts';
import type { Tensor } from '../engine/graph.ts';
import { add, gemm, mul, rmsNorm, silu } from '../engine/ops.ts';
import type { Architecture, Weights } from './architecture.ts';
import { dividedHeadSize, parseConfig } from './parse-config.ts';
import { ropeScalingSchema, rotate, rotaryFrequencies } from './rotary.ts';

const configSchema = z.object({
  num_hidden_layers: z.int().positive(),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().nullish(),
  head_dim: z.int().positive().nullish(),
  max_position_embeddings: z.int().positive(),
  vocab_size: z.int().positive(),
  rms_norm_eps: z.number().positive().default(1e-6),
  hidden_act: z.enum(['silu', 'swish']).default('silu'),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  // Newer files hold the rotary settings in rope_parameters, older ones in rope_theta and rope_scaling.
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeScalingSchema.nullish(),
  rope_parameters: ropeScalingSchema.nullish(),
  sliding_window: z.int().positive().nullish(),
  use_sliding_window: z.boolean().nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
});

export const LLAMA_LIKE = ['llama', 'mistral', 'qwen2'] as const;

/** What transformers takes where config.json lacks the key; null is another thing: as many as heads, and no window. */
const KEY_VALUE_HEADS = { llama: null, mistral: 8, qwen2: 32 } as const;
const MISTRAL_WINDOW = 4096;

/** @throws BAD_MODEL_CONFIG naming the key of config.json. */
export function llamaLike(modelType: (typeof LLAMA_LIKE)[number], config: unknown): Architecture {
  const read = parseConfig(modelType, configSchema, config);
  const {
    hidden_size: hiddenSize,
    intermediate_size: inner,
    num_attention_heads: heads,
    vocab_size,
    rms_norm_eps: epsilon,
  } = read;
  const { num_key_value_heads = KEY_VALUE_HEADS[modelType], sliding_window = MISTRAL_WINDOW } = read;
  const keyValueHeads = num_key_value_heads ?? heads;
  const headSize = read.head_dim ?? dividedHeadSize(modelType, hiddenSize, heads);
  if (headSize % 2 !== 0)
    throw new SoftpostError(
      'BAD_MODEL_CONFIG',
      `config.json (${modelType}): rotary embedding turns pairs, but a head has ${headSize} numbers`,
    );
  if (heads % keyValueHeads !== 0)
    throw new SoftpostError(
      'BAD_MODEL_CONFIG',
      `config.json (${modelType}): ${heads} attention heads cannot share ${keyValueHeads} key/value heads`,
    );
  if (modelType === 'qwen2' && read.use_sliding_window)
    throw new SoftpostError(
      'BAD_MODEL_CONFIG',
      'config.json (qwen2): use_sliding_window mixes two kinds of layers, which is not supported',
    );
  const scaling = read.rope_parameters ?? read.rope_scaling ?? { rope_type: 'default' as const };
  const attention = { heads, keyValueHeads, headSize };
  const qkvBias = modelType === 'qwen2' || read.attention_bias;
  const outputBias = modelType !== 'qwen2' && read.attention_bias;
  const table = 'model.embed_tokens.weight';
  const head = read.tie_word_embeddings ? table : 'lm_head.weight';
  const prefix = (layer: number): string => `model.layers.${layer}.`;

  const norm = (weights: Weights, name: string, x: Tensor): Tensor =>
    rmsNorm(x, weights(`${name}.weight`, [hiddenSize]), epsilon);
  /** Llama stores its matrices as [out, in]. */
  const project = (weights: Weights, name: string, x: Tensor, from: number, to: number, withBias: boolean): Tensor =>
    gemm(x, weights(`${name}.weight`, [to, from]), {
      transB: true,
      bias: withBias ? weights(`${name}.bias`, [to]) : undefined,
    });

  return {
    modelType,
    kind: 'causal',
    layers: read.num_hidden_layers,
    hiddenSize,
    vocabularySize: vocab_size,
    attention,
    maxPositions: read.max_position_embeddings,
    firstPosition: 0,
    rotary: rotaryFrequencies(headSize, scaling.rope_theta ?? read.rope_theta ?? 10_000, scaling),
    slidingWindow: modelType === 'mistral' ? (sliding_window ?? undefined) : undefined,
    tiedHead: read.tie_word_embeddings,
    embeddingName: table,
    headName: head,
    layerPrefix: prefix,
    tensorShapes: (layers = read.num_hidden_layers) =>
      new Map<string, readonly number[]>([
        [table, [vocab_size, hiddenSize]],
        ...Array.from({ length: layers }, (_, layer) => layerShapes(prefix(layer))).flat(),
        ['model.norm.weight', [hiddenSize]],
        [head, [vocab_size, hiddenSize]],
      ]),
    wordTable: (weights) => weights(table, [vocab_size, hiddenSize]),
    embed: (_, words) => words,
    layer: (weights, index, x, layout, rows) => {
      const name = prefix(index);
      const normal = norm(weights, `${name}input_layernorm`, x);
      const q = project(
        weights,
        `${name}self_attn.q_proj`,
        layout.select(normal, rows),
        hiddenSize,
        heads * headSize,
        qkvBias,
      );
      const k = project(weights, `${name}self_attn.k_proj`, normal, hiddenSize, keyValueHeads * headSize, qkvBias);
      const v = project(weights, `${name}self_attn.v_proj`, normal, hiddenSize, keyValueHeads * headSize, qkvBias);
      const mixed = layout.attend(
        rotate(q, layout.rotary(rows), headSize),
        rotate(k, layout.rotary('all'), headSize),
        v,
        attention,
        rows,
      );
      const attended = add(
        layout.select(x, rows),
        project(weights, `${name}self_attn.o_proj`, mixed, heads * headSize, hiddenSize, outputBias),
      );
      const mlpInput = norm(weights, `${name}post_attention_layernorm`, attended);
      const gate = silu(project(weights, `${name}mlp.gate_proj`, mlpInput, hiddenSize, inner, read.mlp_bias));
      const up = project(weights, `${name}mlp.up_proj`, mlpInput, hiddenSize, inner, read.mlp_bias);
      return add(attended, project(weights, `${name}mlp.down_proj`, mul(gate, up), inner, hiddenSize, read.mlp_bias));
    },
    lastHidden: (weights, x) => norm(weights, 'model.norm', x),
    headInput: (_, hidden) => hidden,
    head: (weights) => ({ matrix: weights(head, [vocab_size, hiddenSize]), bias: undefined }),
  };

  function layerShapes(name: string): [string, readonly number[]][] {
    const linear = (part: string, from: number, to: number, bias: boolean): [string, readonly number[]][] => [
      [`${name}${part}.weight`, [to, from]],
      ...(bias ? [[`${name}${part}.bias`, [to]] as [string, readonly number[]]] : []),
    ];
    return [
      [`${name}input_layernorm.weight`, [hiddenSize]],
      ...linear('self_attn.q_proj', hiddenSize, heads * headSize, qkvBias),
      ...linear('self_attn.k_proj', hiddenSize, keyValueHeads * headSize, qkvBias),
      ...linear('self_attn.v_proj', hiddenSize, keyValueHeads * headSize, qkvBias),
      ...linear('self_attn.o_proj', heads * headSize, hiddenSize, outputBias),
      [`${name}post_attention_layernorm.weight`, [hiddenSize]],
      ...linear('mlp.gate_proj', hiddenSize, inner, read.mlp_bias),
      ...linear('mlp.up_proj', hiddenSize, inner, read.mlp_bias),
      ...linear('mlp.down_proj', inner, hiddenSize, read.mlp_bias),
    ];
  }
}
