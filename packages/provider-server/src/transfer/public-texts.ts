/** @file Public texts as a transfer takes them: a sample of a file, no text twice, dealt out into parts by their use. */

import { SoftpostError } from '@softpost/shared/errors';
import { seededOrder } from '@softpost/shared/seeded-random';
import type { EncodedText } from '@softpost/shared/text/template';
import { FEWEST_JUDGED } from './verdict.ts';

export interface PublicTexts {
  /** What the losses are computed on. */
  readonly texts: readonly EncodedText[];
  /** To train on, as indices into `texts`. */
  readonly training: readonly number[];
  /** To choose the best step by, as indices into `texts`. */
  readonly heldOut: readonly number[];
  /**
   * For the verdict: nothing is trained on them or chosen by them. Where there are too few texts for that they are those
   * of `heldOut`, and fewer than a verdict needs.
   */
  readonly judged: readonly EncodedText[];
}

/** At most `limit` items, by chance. */
export function sample<T>(items: readonly T[], limit: number, seed: number): readonly T[] {
  return Array.from(seededOrder(items.length, seed).subarray(0, limit), (index) => items[index]!);
}

/**
 * A fifth of the texts is held out and another one judged, 128 each at most. A text that is there twice, also after it was
 * shortened, counts once: it would else lie on both sides.
 * @param source names the texts in an error
 * @throws BAD_DATA_FILE when no two texts differ
 */
export function splitPublicTexts(all: readonly EncodedText[], seed: number, source: string): PublicTexts {
  const distinct = [...new Map(all.map((text) => [text.inputIds.join(), text])).values()];
  if (distinct.length < 2)
    throw new SoftpostError('BAD_DATA_FILE', `${source}: a transfer needs at least 2 different public texts`);
  const shuffled = sample(distinct, distinct.length, seed);
  const part = Math.min(128, Math.max(1, Math.floor(distinct.length / 5)));
  const judging = part >= FEWEST_JUDGED;
  const texts = judging ? shuffled.slice(0, -part) : shuffled;
  const indices = [...texts.keys()];
  return {
    texts,
    training: indices.slice(part),
    heldOut: indices.slice(0, part),
    judged: judging ? shuffled.slice(-part) : shuffled.slice(0, part),
  };
}
