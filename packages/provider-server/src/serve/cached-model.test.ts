import { join } from 'node:path';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { relativeError } from '@softpost/shared/prompt-tuning/student.fixture';
import { scoreVocabulary } from '@softpost/shared/scoring/scorer';
import { seededRandom } from '@softpost/shared/seeded-random';
import { expect, test } from 'vitest';
import { loadCachedModel, type CachedModel } from './cached-model.ts';
import { copyPlaces, emptyCache, type KeyValues } from './key-values.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const MODELS = [
  ...['gpt2', 'gpt2-f16', 'gpt2-untied', 'llama', 'llama3-rope', 'qwen2', 'mistral', 'mistral-window', 'smollm'].map(
    (name) => `test/fixtures/models/${name}`,
  ),
  'models/softpost-ref-clm',
];
const P = 5;
const T = 40;

/** A sequence that has been read: its cache of T places, how many are filled, and its next logits. */
interface Read {
  readonly cache: KeyValues;
  readonly filled: number;
  readonly logits: Float32Array;
}

/** Reads virtual tokens, then ids in pieces of at most `piece`. */
async function read(model: CachedModel, virtualTokens: Float32Array, ids: Int32Array, piece = 7): Promise<Read> {
  const cache = emptyCache(model.architecture, 1, T);
  const prefix = await model.extend({
    inputIds: new Int32Array(P),
    virtualTokens,
    length: P,
    filled: [0],
    scored: [P - 1],
    cache: emptyCache(model.architecture, 1, 1),
  });
  copyPlaces(model.architecture, { cache: prefix.made, sequence: 0 }, { cache, sequence: 0, at: 0 }, P);
  let { logits } = prefix;
  for (let at = 0; at < ids.length; at += piece) {
    const inputIds = ids.slice(at, at + piece);
    const { length } = inputIds;
    const step = { inputIds, length, filled: [P + at], scored: [length - 1], cache };
    const next = await model.extend(step);
    copyPlaces(model.architecture, { cache: next.made, sequence: 0 }, { cache, sequence: 0, at: P + at }, length);
    logits = next.logits;
  }
  return { cache, filled: P + ids.length, logits };
}

/** Six prompts, and a text behind each. */
function randomSequences(vocabulary: number, hiddenSize: number): readonly { prompt: Float32Array; ids: Int32Array }[] {
  const random = seededRandom(3);
  return Array.from({ length: 6 }, (_, index) => ({
    prompt: Float32Array.from({ length: P * hiddenSize }, () => random() - 0.5),
    ids: Int32Array.from({ length: 3 + 5 * index }, () => Math.floor(random() * vocabulary)),
  }));
}

// Kills: positions that do not count the virtual tokens; a window that forgets the cache.
test.each(MODELS)('a cached step gives the logits of the whole sequence: %s', async (name) => {
  const model = await openLanguageModel(join(ROOT, name));
  const { vocabularySize, hiddenSize } = model.architecture;
  const cached = await loadCachedModel(model, 1);
  for (const { prompt, ids } of randomSequences(vocabularySize, hiddenSize)) {
    const whole = await scoreVocabulary(model, [{ inputIds: ids, scoredIndex: ids.length - 1 }], {
      prompt: { embeddings: prompt, virtualTokens: P, hiddenSize },
      threads: 1,
    });
    for (const piece of [1, 7])
      expect(relativeError((await read(cached, prompt, ids, piece)).logits, whole)).toBeLessThan(1e-5);
  }
  await cached.dispose();
});

// Kills: prepack: false, where one row takes another kernel than two.
test.each(MODELS)('a sequence has the same bits alone, in any batch, and at any place of it: %s', async (name) => {
  const model = await openLanguageModel(join(ROOT, name));
  const { architecture } = model;
  const cached = await loadCachedModel(model);
  const sequences = randomSequences(architecture.vocabularySize, architecture.hiddenSize);
  const reads: Read[] = [];
  for (const { prompt, ids } of sequences) reads.push(await read(cached, prompt, ids));
  const together = async (members: readonly number[], length: number): Promise<readonly Float32Array[]> => {
    const cache = emptyCache(architecture, members.length, T);
    members.forEach((member, sequence) =>
      copyPlaces(architecture, { cache: reads[member]!.cache, sequence: 0 }, { cache, sequence, at: 0 }, T),
    );
    const inputIds = Int32Array.from(members.flatMap((member) => Array.from({ length }, (_, at) => member + at)));
    const filled = members.map((member) => reads[member]!.filled);
    const logits = await cached.score({ inputIds, length, filled, scored: members.map(() => length - 1), cache });
    return members.map((_, row) =>
      logits.slice(row * architecture.vocabularySize, (row + 1) * architecture.vocabularySize),
    );
  };
  for (const length of [1, 4]) {
    const alone = await Promise.all(reads.map(async (_, member) => (await together([member], length))[0]!));
    for (const members of [
      [0, 1],
      [5, 4, 3],
      [2, 0, 5, 1, 3, 4],
      [4, 4, 4, 4, 4, 4, 4, 0, 1, 2, 3, 5, 0],
    ]) {
      const rows = await together(members, length);
      members.forEach((member, row) => expect(rows[row]).toEqual(alone[member]));
    }
  }
  await cached.dispose();
});
