/** @file The next token from logits: the most likely one, or one drawn by temperature and nucleus (top-p) sampling. */

import { SoftpostError } from '@softpost/shared/errors';
import { seededRandom } from '@softpost/shared/seeded-random';

export interface SamplingOptions {
  /** 0 takes the most likely token. */
  readonly temperature: number;
  /** Draws among the fewest tokens that together are this likely (Holtzman et al., 2020, arXiv 1904.09751). */
  readonly topP: number;
  /** The same seed draws the same tokens, whatever else is served at the time. */
  readonly seed: number;
}

export type Sampler = (logits: Float32Array) => number;

/** @throws NON_FINITE from the sampler */
export function createSampler({ temperature, topP, seed }: SamplingOptions): Sampler {
  const random = seededRandom(seed);
  return (logits) => {
    const best = mostLikely(logits);
    if (temperature === 0) return best;
    const peak = logits[best]!;
    const weights = Float64Array.from(logits, (logit) => Math.exp((logit - peak) / temperature));
    return draw(weights, topP, random());
  };
}

/** Index of the highest value, the first of several. @throws NON_FINITE */
export function mostLikely(logits: Float32Array): number {
  let best = 0;
  let sum = 0;
  for (let id = 0; id < logits.length; id++) {
    sum += logits[id]!;
    if (logits[id]! > logits[best]!) best = id;
  }
  if (!Number.isFinite(sum)) throw new SoftpostError('NON_FINITE', 'the model gives logits that are not finite');
  return best;
}

/** @param at in [0, 1): where in the nucleus, most likely tokens first */
function draw(weights: Float64Array, topP: number, at: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // All tokens below this together weigh less than what lies outside the nucleus, so none of them is in it.
  const least = ((1 - topP) * total) / weights.length;
  const order: number[] = [];
  for (let id = 0; id < weights.length; id++) if (weights[id]! > 0 && weights[id]! >= least) order.push(id);
  order.sort((a, b) => weights[b]! - weights[a]! || a - b);
  let nucleus = 0;
  let size = 0;
  while (size < order.length && (size === 0 || nucleus < topP * total)) nucleus += weights[order[size++]!]!;
  let left = at * nucleus;
  for (const id of order.slice(0, size)) {
    left -= weights[id]!;
    if (left < 0) return id;
  }
  return order[size - 1]!;
}
