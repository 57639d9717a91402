/** @file The logits a model gives for one text, for checks against other implementations. */

import { SoftpostError } from '../errors.ts';
import type { Report } from '../events.ts';
import { openLanguageModel } from '../model/language-model.ts';
import { promptForModel } from './prompt-for-model.ts';
import { scoreVocabulary } from './scorer.ts';
import { loadTokenizerOf } from './task-model.ts';

export interface LogitsOptions {
  readonly modelDir: string;
  readonly promptDir?: string | undefined;
  readonly text: string;
  readonly threads?: number | undefined;
}

export interface Logits {
  readonly inputIds: readonly number[];
  /** Index into inputIds (virtual tokens not counted) of the position the logits are of: the last token, or the mask. */
  readonly position: number;
  /** Full vocabulary. */
  readonly logits: readonly number[];
}

/**
 * The text is taken as it is, special tokens written in it included; in a masked model `{mask}` stands for the mask token.
 * @throws BAD_OPTION when there is no position to score, and what reading the model and the prompt throws
 */
export async function logits(
  { modelDir, promptDir, text, threads }: LogitsOptions,
  { emit, signal }: { readonly emit: Report; readonly signal: AbortSignal },
): Promise<Logits> {
  const model = await openLanguageModel(modelDir);
  const tokenizer = await loadTokenizerOf(model);
  const prompt = promptDir === undefined ? undefined : await promptForModel(modelDir, promptDir, emit);
  const masked = model.architecture.kind === 'masked';
  const inputIds = tokenizer.encode(masked ? text.replace('{mask}', () => tokenizer.maskToken ?? '{mask}') : text, {
    specialTokens: true,
  });
  const position = masked ? inputIds.indexOf(tokenizer.maskId ?? -1) : inputIds.length - 1;
  if (position < 0)
    throw new SoftpostError('BAD_OPTION', masked ? 'the text needs a {mask} to be filled' : 'the text is empty');
  const values = await scoreVocabulary(model, [{ inputIds: Int32Array.from(inputIds), scoredIndex: position }], {
    prompt,
    threads,
    signal,
  });
  return { inputIds, position, logits: [...values] };
}
