/** @file Where a soft prompt starts: at rows of the model's own embedding table (Lester et al., 2021, section 3.2). */

import { SoftpostError } from '../errors.ts';
import type { SoftPrompt } from '../artifact/prompt-folder.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Task } from '../text/task.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { storedName, type LanguageModel } from './language-model.ts';

/** `vocabulary`: random rows; `text`: the task's initText, repeated; `labels`: the label words, repeated. */
export type PromptInitialisation = 'vocabulary' | 'text' | 'labels';
export const PROMPT_INITIALISATIONS: readonly PromptInitialisation[] = ['vocabulary', 'text', 'labels'];

export interface InitialPromptOptions {
  readonly initialisation: PromptInitialisation;
  readonly virtualTokens: number;
  /** For `vocabulary`. It is no secret: the initial prompt does not depend on private data. */
  readonly seed: number;
}

/**
 * Also gives the root mean square of the embedding table's entries: the natural unit for a prompt's learning rate.
 * @throws BAD_OPTION when the task has no initText to start from
 */
export async function initialPrompt(
  model: LanguageModel,
  tokenizer: Tokenizer,
  task: Task,
  options: InitialPromptOptions,
): Promise<SoftPrompt & { readonly embeddingScale: number }> {
  const { folder, architecture } = model;
  const { hiddenSize } = architecture;
  const table = await folder.read(storedName(folder, architecture.embeddingName));
  const ids = initialIds(tokenizer, task, options);
  const embeddings = new Float32Array(options.virtualTokens * hiddenSize);
  for (let row = 0; row < options.virtualTokens; row++) {
    const id = ids[row % ids.length]!;
    embeddings.set(table.subarray(id * hiddenSize, (id + 1) * hiddenSize), row * hiddenSize);
  }
  return { embeddings, virtualTokens: options.virtualTokens, hiddenSize, embeddingScale: rootMeanSquare(table) };
}

function initialIds(
  tokenizer: Tokenizer,
  task: Task,
  { initialisation, virtualTokens, seed }: InitialPromptOptions,
): readonly number[] {
  const encode = (text: string): readonly number[] => tokenizer.encode(text, { specialTokens: false });
  if (initialisation === 'text') {
    if (task.initText === undefined)
      throw new SoftpostError('BAD_OPTION', `task ${task.name} has no initText; choose another initialisation`);
    return encode(task.initText);
  }
  if (initialisation === 'labels')
    return task.labels.flatMap(({ words }) => words.flatMap((word) => encode(` ${word}`)));
  const random = seededRandom(seed);
  const plain = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).filter(
    (id) => !tokenizer.specialIds.has(id),
  );
  return Array.from({ length: virtualTokens }, () => plain[Math.floor(random() * plain.length)]!);
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
