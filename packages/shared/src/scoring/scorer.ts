/** @file Forward passes for scoring: full-vocabulary logits, or label scores, at the scored position of each text. */

import { SoftpostError } from '../errors.ts';
import type { SoftPrompt } from '../artifact/prompt-folder.ts';
import { Graph } from '../engine/graph.ts';
import { loadProgram, lowerProgram } from '../engine/program.ts';
import { yieldToEvents } from '../engine/compute-task.ts';
import { frozenWeights, type LanguageModel } from '../model/language-model.ts';
import { promptLayout } from '../model/prompt-layout.ts';
import { lengthBuckets, padRight } from '../text/batches.ts';
import type { EncodedText } from '../text/template.ts';
import type { Verbalizer } from '../text/verbalizer.ts';
import { labelReadout, type Readout, vocabularyReadout } from './readout.ts';
import { checkPromptFits } from './task-model.ts';

export interface ScorerOptions {
  /** @default no prompt: zero-shot */
  readonly prompt?: SoftPrompt | undefined;
  /** Texts in one pass. @default 32 */
  readonly batchSize?: number;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with the number of texts done. */
  readonly onProgress?: (done: number) => void;
}

/** Vocabulary logits z(x) of every text at its scored position: [texts, V], in the order of the texts. */
export function scoreVocabulary(
  model: LanguageModel,
  texts: readonly EncodedText[],
  options?: ScorerOptions,
): Promise<Float32Array> {
  return scoreTexts(model, vocabularyReadout(model.architecture), texts, options);
}

/** Label scores of every text: [texts, labels], in the order of the texts. */
export function scoreLabels(
  model: LanguageModel,
  verbalizer: Verbalizer,
  texts: readonly EncodedText[],
  options?: ScorerOptions,
): Promise<Float32Array> {
  return scoreTexts(model, labelReadout(verbalizer), texts, options);
}

/** The index of the largest number of each row. */
export function argmaxRows(scores: Float32Array, width: number): Int32Array {
  return Int32Array.from({ length: scores.length / width }, (_, row) => {
    let best = 0;
    for (let column = 1; column < width; column++)
      if (scores[row * width + column]! > scores[row * width + best]!) best = column;
    return best;
  });
}

/**
 * What the readout gives for every text: [texts, width], in the order of the texts.
 * @throws PROMPT_MISMATCH, BAD_OPTION, CANCELLED; NON_FINITE when finite weights overflow
 */
export async function scoreTexts(
  model: LanguageModel,
  readout: Readout,
  texts: readonly EncodedText[],
  { prompt, batchSize = 32, threads, signal, onProgress }: ScorerOptions = {},
): Promise<Float32Array> {
  if (prompt) checkPromptFits(prompt, model);
  const graph = new Graph();
  const layout = promptLayout(graph, model.architecture, prompt?.virtualTokens ?? 0);
  const { width } = readout;
  const scores = readout.build(model.architecture, frozenWeights(graph), layout);
  const program = await loadProgram(lowerProgram({ scores }, model.lookup), threads === undefined ? {} : { threads });
  const all = new Float32Array(texts.length * width);
  let done = 0;
  try {
    for (const bucket of lengthBuckets(
      texts.map(({ inputIds }) => inputIds.length),
      batchSize,
    )) {
      signal?.throwIfAborted();
      const { bindings, feeds } = layout.feeds(
        padRight(
          bucket.map((index) => texts[index]!),
          0,
        ),
      );
      const result = await program.run(
        { ...bindings, W: readout.words },
        { ...readout.feeds, ...feeds, ...layout.promptFeed(prompt?.embeddings, bucket.length) },
      );
      const rows = result['scores'] as Float32Array;
      if (!rows.every(Number.isFinite))
        throw new SoftpostError(
          'NON_FINITE',
          `${model.folder.dir} gives scores that are not finite: its weights${prompt ? ' or the prompt' : ''} hold too large values`,
        );
      bucket.forEach((index, row) => all.set(rows.subarray(row * width, (row + 1) * width), index * width));
      onProgress?.((done += bucket.length));
      await yieldToEvents();
    }
    return all;
  } finally {
    await program.dispose();
  }
}
