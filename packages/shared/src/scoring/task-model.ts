/** @file A model and a task together: texts to inputs, label words to ids, both checked before anything runs. */

import { SoftpostError } from '../errors.ts';
import type { SoftPrompt } from '../artifact/prompt-folder.ts';
import { openLanguageModel, type LanguageModel } from '../model/language-model.ts';
import type { Task } from '../text/task.ts';
import { createTaskEncoder, type TaskEncoder } from '../text/template.ts';
import { loadTokenizer, type Tokenizer } from '../text/tokenizer.ts';
import { compileVerbalizer, type Verbalizer } from '../text/verbalizer.ts';

export interface TaskModel {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly verbalizer: Verbalizer;
  readonly encode: TaskEncoder;
  /** Most tokens that `encode` gives. */
  readonly maxLength: number;
}

/** Longest input when the task names none: texts beyond it cost much and seldom say more. */
const DEFAULT_MAX_LENGTH = 256;

/**
 * Opens a model folder for a task, with room for so many virtual tokens.
 * @throws BAD_OPTION when prompt and text do not fit the model's positions, BAD_TOKENIZER when tokenizer and model disagree, and what its parts throw
 */
export async function openTaskModel(dir: string, task: Task, virtualTokens: number): Promise<TaskModel> {
  const model = await openLanguageModel(dir);
  return taskModelOf(model, await loadTokenizerOf(model), task, virtualTokens);
}

/** As {@link openTaskModel}, for a model that is open already. */
export function taskModelOf(model: LanguageModel, tokenizer: Tokenizer, task: Task, virtualTokens: number): TaskModel {
  const { maxPositions, kind } = model.architecture;
  const room = maxPositions - virtualTokens;
  const maxLength = task.maxLength ?? Math.min(DEFAULT_MAX_LENGTH, room);
  if (maxLength > room) {
    throw new SoftpostError(
      'BAD_OPTION',
      `maxLength ${maxLength} and ${virtualTokens} virtual tokens exceed the ${maxPositions} positions of ${model.folder.dir}`,
    );
  }
  return {
    model,
    tokenizer,
    verbalizer: compileVerbalizer(tokenizer, task.labels),
    encode: createTaskEncoder(tokenizer, kind, task.template, maxLength),
    maxLength,
  };
}

/** The tokenizer in a model's folder. @throws FILE_NOT_FOUND; BAD_TOKENIZER also when it has ids that the model does not know */
export async function loadTokenizerOf({ folder, architecture }: LanguageModel): Promise<Tokenizer> {
  const tokenizer = await loadTokenizer(folder.dir);
  if (tokenizer.vocabSize <= architecture.vocabularySize) return tokenizer;
  throw new SoftpostError(
    'BAD_TOKENIZER',
    `${folder.dir}: tokenizer.json has ids up to ${tokenizer.vocabSize - 1}, the model knows ${architecture.vocabularySize}`,
  );
}

/** @throws PROMPT_MISMATCH when the prompt has another hidden size than the model. */
export function checkPromptFits(prompt: SoftPrompt, { architecture, folder }: LanguageModel): void {
  if (prompt.hiddenSize !== architecture.hiddenSize) {
    throw new SoftpostError(
      'PROMPT_MISMATCH',
      `the prompt has hidden size ${prompt.hiddenSize}, ${folder.dir} has ${architecture.hiddenSize}`,
    );
  }
}
