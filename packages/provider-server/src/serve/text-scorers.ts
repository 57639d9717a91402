/** @file How texts go through a causal model (behind the cached keys and values of their prompts) and through a masked one. */

import type { CachedModel } from './cached-model.ts';
import type { PromptedText, TextScorer } from './classification.ts';
import { bytesPerPlace, copyPlaces, emptyCache, sequencesOf, type KeyValues } from './key-values.ts';
import type { MaskedModel } from './masked-model.ts';
import { prefixOf } from './prefix.ts';

/** A pass has about so many rows: more would hardly be faster for each, and others wait longer. */
const ROWS = 128;
/** Lengths are rounded up to a multiple, so that more texts fit one pass. */
const STEP = 16;

const roundUp = (count: number): number => Math.ceil(count / STEP) * STEP;
const textsOf = (length: number): number => Math.max(1, Math.floor(ROWS / length));

/** @param budgetBytes for the caches of one pass; where it is too small for several texts, they go one by one */
export function causalScorer(model: CachedModel, budgetBytes: number): TextScorer {
  const { architecture } = model;
  /** Kept from pass to pass: zeros, or what prompts left, which is finite. */
  let scratch: KeyValues | undefined;
  const cacheFor = (texts: number, places: number): KeyValues => {
    if (scratch?.places !== places) scratch = emptyCache(architecture, fitting(places, textsOf(STEP)), places);
    return sequencesOf(scratch, architecture, 0, texts);
  };
  const fitting = (places: number, texts: number): number =>
    Math.max(1, Math.min(texts, Math.floor(budgetBytes / (places * bytesPerPlace(architecture)))));
  const lengthOf = ({ input }: PromptedText): number => roundUp(input.inputIds.length);
  const placesOf = ({ prompt }: PromptedText): number => roundUp(prompt.virtualTokens);

  return {
    shape: (text) => {
      const length = lengthOf(text);
      const places = placesOf(text);
      return { key: `${places} ${length}`, texts: fitting(places, textsOf(length)) };
    },
    score: async (texts) => {
      const length = lengthOf(texts[0]!);
      const cache = cacheFor(texts.length, placesOf(texts[0]!));
      const inputIds = new Int32Array(texts.length * length);
      for (const [sequence, { prompt, input }] of texts.entries()) {
        const prefix = await prefixOf(model, prompt);
        copyPlaces(architecture, { cache: prefix, sequence: 0 }, { cache, sequence, at: 0 }, prefix.places);
        inputIds.set(input.inputIds, sequence * length);
      }
      const filled = texts.map(({ prompt }) => prompt.virtualTokens);
      const scored = texts.map(({ input }) => input.scoredIndex);
      return model.score({ inputIds, length, filled, scored, cache });
    },
  };
}

/** The prompt's rows see the text, so nothing of them can be kept. */
export function maskedScorer(model: MaskedModel): TextScorer {
  const { architecture } = model;
  const lengthOf = ({ prompt, input }: PromptedText): number =>
    Math.min(roundUp(prompt.virtualTokens + input.inputIds.length), architecture.maxPositions);
  return {
    shape: (text) => {
      const length = lengthOf(text);
      return { key: String(length), texts: textsOf(length) };
    },
    score: (texts) =>
      model.score({
        length: lengthOf(texts[0]!),
        sequences: texts.map(({ prompt, input }) => ({ ...prompt, ...input })),
      }),
  };
}
