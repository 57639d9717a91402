/** @file Keys and values of a prompt, computed once: they do not depend on the text behind it. */

import type { CachedModel } from './cached-model.ts';
import { checkFiniteCache, emptyCache, type KeyValues } from './key-values.ts';
import type { HeldPrompt } from './prompt-store.ts';

/** Of one sequence of P places. @throws NON_FINITE */
export async function prefixOf(model: CachedModel, prompt: HeldPrompt): Promise<KeyValues> {
  prompt.prefix ??= await computePrefix(model, prompt);
  return prompt.prefix;
}

async function computePrefix(model: CachedModel, { embeddings, virtualTokens }: HeldPrompt): Promise<KeyValues> {
  const { made } = await model.extend({
    inputIds: new Int32Array(virtualTokens),
    virtualTokens: embeddings,
    length: virtualTokens,
    filled: [0],
    scored: [virtualTokens - 1],
    cache: emptyCache(model.architecture, 1, 1),
  });
  checkFiniteCache(made);
  return made;
}
