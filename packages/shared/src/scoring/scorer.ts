/** @file Forward passes for scoring: full-vocabulary logits, or label scores, at the scored position of each text. */

import type { SoftPrompt } from '../artifact/prompt-folder.ts';
import { symbol } from '../engine/dim.ts';
import { Graph, type Tensor } from '../engine/graph.ts';
import { gather, gemm } from '../engine/ops.ts';
import { loadProgram, lowerProgram, type Feeds } from '../engine/program.ts';
import { yieldToEvents } from '../engine/compute-task.ts';
import type { Architecture, Weights } from '../model/architecture.ts';
import {
  frozenWeights,
  lastHidden,
  scoredLogits,
  vocabularyLogits,
  type LanguageModel,
} from '../model/language-model.ts';
import { promptLayout } from '../model/prompt-layout.ts';
import type { RowLayout } from '../model/row-layout.ts';
import { lengthBuckets, padRight } from '../text/batches.ts';
import type { EncodedText } from '../text/template.ts';
import type { Verbalizer } from '../text/verbalizer.ts';
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
export async function scoreVocabulary(
  model: LanguageModel,
  texts: readonly EncodedText[],
  options: ScorerOptions = {},
): Promise<Float32Array> {
  const width = model.architecture.vocabularySize;
  return scoreAll(
    model,
    texts,
    width,
    options,
    (architecture, weights, layout) => scoredLogits(architecture, weights, layout),
    {},
  );
}

/** Label scores of every text: [texts, labels], the mean logit over each label's words. Reads no other logits. */
export async function scoreLabels(
  model: LanguageModel,
  verbalizer: Verbalizer,
  texts: readonly EncodedText[],
  options: ScorerOptions = {},
): Promise<Float32Array> {
  return scoreAll(
    model,
    texts,
    verbalizer.labelCount,
    options,
    (architecture, weights, layout) => labelScores(architecture, weights, layout, verbalizer.labelCount),
    verbalizerFeeds(verbalizer),
  );
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

/** Label scores [B, labels] as graph: inputs `wordIds` [W] and `meanWeights` [W, labels]. */
export function labelScores(architecture: Architecture, weights: Weights, layout: RowLayout, labels: number): Tensor {
  const hidden = architecture.headInput(weights, lastHidden(architecture, weights, layout, 'scored'));
  const words = symbol('W');
  const ids = hidden.graph.input('wordIds', [words], 'i32');
  const { matrix, bias } = architecture.head(weights);
  const logits = vocabularyLogits(hidden, { matrix: gather(matrix, ids), bias: bias && gather(bias, ids) });
  return gemm(logits, hidden.graph.input('meanWeights', [words, labels]));
}

export function verbalizerFeeds({ wordIds, meanWeights }: Verbalizer): Feeds {
  return { wordIds, meanWeights };
}

async function scoreAll(
  model: LanguageModel,
  texts: readonly EncodedText[],
  width: number,
  { prompt, batchSize = 32, threads, signal, onProgress }: ScorerOptions,
  build: (architecture: Architecture, weights: Weights, layout: RowLayout) => Tensor,
  constants: Feeds,
): Promise<Float32Array> {
  if (prompt) checkPromptFits(prompt, model);
  const graph = new Graph();
  const layout = promptLayout(graph, model.architecture, prompt?.virtualTokens ?? 0);
  const scores = build(model.architecture, frozenWeights(graph), layout);
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
        { ...bindings, W: constants['wordIds']?.length ?? 0 },
        { ...constants, ...feeds, ...layout.promptFeed(prompt?.embeddings, bucket.length) },
      );
      const rows = result['scores'] as Float32Array;
      bucket.forEach((index, row) => all.set(rows.subarray(row * width, (row + 1) * width), index * width));
      onProgress?.((done += bucket.length));
      await yieldToEvents();
    }
    return all;
  } finally {
    await program.dispose();
  }
}
