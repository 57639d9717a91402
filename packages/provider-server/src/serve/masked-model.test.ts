import { join } from 'node:path';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { relativeError } from '@softpost/shared/prompt-tuning/student.fixture';
import { scoreVocabulary } from '@softpost/shared/scoring/scorer';
import { seededRandom } from '@softpost/shared/seeded-random';
import { expect, test } from 'vitest';
import { loadMaskedModel } from './masked-model.ts';

const MODELS = join(import.meta.dirname, '../../../../test/fixtures/models');

// Kills: positions that do not count the virtual tokens; padding that is seen; prepack: false.
test.each(['bert', 'roberta', 'roberta-odd'])('%s scores texts with several prompts as one by one', async (name) => {
  const model = await openLanguageModel(join(MODELS, name));
  const { hiddenSize, vocabularySize: width } = model.architecture;
  const masked = await loadMaskedModel(model);
  const random = seededRandom(5);
  const sequences = Array.from({ length: 5 }, (_, index) => {
    const virtualTokens = 1 + index;
    const inputIds = Int32Array.from({ length: 2 + ((5 * index) % 7) }, () => Math.floor(random() * width));
    const embeddings = Float32Array.from({ length: virtualTokens * hiddenSize }, () => random() - 0.5);
    return { embeddings, virtualTokens, inputIds, scoredIndex: index % inputIds.length };
  });
  const length = 16;
  const alone: Float32Array[] = [];
  for (const sequence of sequences) alone.push(await masked.score({ length, sequences: [sequence] }));
  for (const order of [
    [0, 1, 2, 3, 4],
    [3, 1],
    [4, 4, 0],
  ]) {
    const logits = await masked.score({ length, sequences: order.map((index) => sequences[index]!) });
    for (const [row, index] of order.entries())
      expect(logits.slice(row * width, (row + 1) * width)).toEqual(alone[index]);
  }
  for (const [index, { inputIds, scoredIndex, ...prompt }] of sequences.entries()) {
    const whole = await scoreVocabulary(model, [{ inputIds, scoredIndex }], { prompt: { ...prompt, hiddenSize } });
    expect(relativeError(alone[index]!, whole)).toBeLessThan(1e-5);
  }
  await masked.dispose();
});
