/**
 * @file Rotary position embedding (Su et al., 2021, arXiv 2104.09864) with the scalings of Hugging Face's `rope_scaling`:
 * linear, dynamic, Llama 3's and YaRN (Peng et al., 2023, arXiv 2309.00071).
 */

import { z } from 'zod';
import type { Tensor } from '../engine/graph.ts';
import { add, concat, mul, reshape, split, sub } from '../engine/ops.ts';
import type { Rotary } from './architecture.ts';

const base = { rope_theta: z.number().positive().optional() };
const yarn = z.object({
  rope_type: z.literal('yarn'),
  factor: z.number().min(1),
  original_max_position_embeddings: z.int().positive(),
  beta_fast: z.number().positive().nullish(),
  beta_slow: z.number().positive().nullish(),
  attention_factor: z.number().positive().nullish(),
  truncate: z.boolean().default(true),
  mscale: z.null('mscale is not supported').optional(),
  mscale_all_dim: z.null('mscale_all_dim is not supported').optional(),
  ...base,
});

/** Also accepts the older key `type`. Scalings that are not listed are refused rather than guessed. */
export const ropeScalingSchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && 'type' in value && !('rope_type' in value)
      ? { ...value, rope_type: value.type }
      : value,
  z.discriminatedUnion(
    'rope_type',
    [
      z.object({ rope_type: z.literal('default'), ...base }),
      z.object({ rope_type: z.literal('linear'), factor: z.number().min(1), ...base }),
      // Changes nothing up to max_position_embeddings, and longer inputs are refused here.
      z.object({ rope_type: z.literal('dynamic'), factor: z.number().min(1), ...base }),
      yarn,
      z.object({
        rope_type: z.literal('llama3'),
        factor: z.number().min(1),
        low_freq_factor: z.number().positive(),
        high_freq_factor: z.number().positive(),
        original_max_position_embeddings: z.int().positive(),
        ...base,
      }),
    ],
    { error: 'rope_type must be default, linear, dynamic, yarn or llama3' },
  ),
);

type RopeScaling = z.infer<typeof ropeScalingSchema>;
type Yarn = z.infer<typeof yarn>;

/** Angles for one head: theta^(-2i / headSize), scaled. */
export function rotaryFrequencies(headSize: number, theta: number, scaling: RopeScaling): Rotary {
  const plain = Float64Array.from({ length: headSize / 2 }, (_, pair) => theta ** ((-2 * pair) / headSize));
  if (scaling.rope_type === 'yarn') return yarnFrequencies(plain, theta, scaling);
  return { inverseFrequencies: plain.map((frequency) => scaleFrequency(frequency, scaling)), scale: 1 };
}

function scaleFrequency(frequency: number, scaling: Exclude<RopeScaling, Yarn>): number {
  if (scaling.rope_type === 'default' || scaling.rope_type === 'dynamic') return frequency;
  if (scaling.rope_type === 'linear') return frequency / scaling.factor;
  // Llama 3: long waves are stretched, short ones kept, those between interpolated.
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: context } = scaling;
  const turns = (context * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const smooth = (turns - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** YaRN, sections 3.2 and 3.4, with the bounds of the ramp rounded as transformers does. */
function yarnFrequencies(plain: Float64Array, theta: number, scaling: Yarn): Rotary {
  const { factor, original_max_position_embeddings: context, truncate } = scaling;
  const headSize = 2 * plain.length;
  /** The pair that turns so often in the original context. */
  const pairOf = (turns: number): number =>
    (headSize * Math.log(context / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const fast = pairOf(scaling.beta_fast ?? 32);
  const slow = pairOf(scaling.beta_slow ?? 1);
  const low = Math.max(truncate ? Math.floor(fast) : fast, 0);
  const high = Math.min(truncate ? Math.ceil(slow) : slow, headSize - 1);
  return {
    inverseFrequencies: plain.map((frequency, pair) => {
      const stretched = Math.min(Math.max((pair - low) / (high - low || 0.001), 0), 1);
      return (stretched * frequency) / factor + (1 - stretched) * frequency;
    }),
    scale: scaling.attention_factor ?? 0.1 * Math.log(factor) + 1,
  };
}

/** Turns each pair (x_i, x_{i + d/2}) of every head by its row's angle. x: [rows, heads * d]; cos, sin: [rows, d / 2]. */
export function rotate(
  x: Tensor,
  { cos, sin }: { readonly cos: Tensor; readonly sin: Tensor },
  headSize: number,
): Tensor {
  const [rows, width] = x.shape as [Tensor['shape'][number], number];
  const half = headSize / 2;
  const heads = reshape(x, [rows, width / headSize, headSize]);
  const [first, second] = split(heads, 2, [half, half]) as [Tensor, Tensor];
  const c = reshape(cos, [rows, 1, half]);
  const s = reshape(sin, [rows, 1, half]);
  return reshape(concat([sub(mul(first, c), mul(second, s)), add(mul(second, c), mul(first, s))], 2), x.shape);
}
