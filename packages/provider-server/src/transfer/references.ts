/** @file What does not change during a transfer: computed once per public text, and kept. */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import type { LanguageModel } from '@softpost/shared/model/language-model';
import { type Readout, vocabularyReadout } from '@softpost/shared/scoring/readout';
import { scoreTexts } from '@softpost/shared/scoring/scorer';
import type { EncodedText } from '@softpost/shared/text/template';
import { TEMPERATURE, type ReferenceRows } from './transfer-loss.ts';

/** References for all public texts: `rows` gives those of a batch. */
export interface References {
  rows(indices: readonly number[]): ReferenceRows;
}

export interface ReferenceOptions {
  /** What the losses compare. @default vocabulary logits, as in the paper */
  readonly readout?: Readout | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of forward passes over texts done; there are 3 for each text. */
  readonly onProgress?: (done: number) => void;
}

/** z_t(x) for every public text [texts, V]: the same for every prompt. */
export function unpromptedLogits(
  model: LanguageModel,
  texts: readonly EncodedText[],
  { readout = vocabularyReadout(model.architecture), ...options }: ReferenceOptions = {},
): Promise<Float32Array> {
  return scoreTexts(model, readout, texts, options);
}

/**
 * Memory: 3 float32 arrays [texts, V], so 600 MB for 1,000 texts and a vocabulary of 50,000.
 * @param unprompted z_t(x), from {@link unpromptedLogits} with the same readout
 */
export async function buildReferences(
  student: LanguageModel,
  prompt: SoftPrompt,
  texts: readonly EncodedText[],
  unprompted: Float32Array,
  {
    readout = vocabularyReadout(student.architecture),
    onProgress = () => undefined,
    ...options
  }: ReferenceOptions = {},
): Promise<References> {
  const { width } = readout;
  const prompted = await scoreTexts(student, readout, texts, { ...options, prompt, onProgress });
  const bare = await scoreTexts(student, readout, texts, {
    ...options,
    onProgress: (done) => onProgress(texts.length + done),
  });
  const movement = bare.map((value, index) => prompted[index]! - value);
  const answerEntropy = softenRows(prompted, width);
  const movementEntropy = softenRows(movement, width);
  return {
    rows: (indices) => ({
      answer: takeRows(prompted, width, indices),
      movement: takeRows(movement, width, indices),
      unprompted: takeRows(unprompted, width, indices),
      answerEntropy: takeRows(answerEntropy, 1, indices),
      movementEntropy: takeRows(movementEntropy, 1, indices),
    }),
  };
}

/** Replaces each row of logits by softmax(row / T) in place; gives sum p log p of every row. */
function softenRows(logits: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: logits.length / width }, (_, index) => {
    const row = logits.subarray(index * width, (index + 1) * width);
    const peak = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = row.reduce((sum, value) => sum + Math.exp((value - peak) / TEMPERATURE), 0);
    let negativeEntropy = 0;
    row.forEach((value, column) => {
      const logProbability = (value - peak) / TEMPERATURE - Math.log(total);
      row[column] = Math.exp(logProbability);
      negativeEntropy += row[column] * logProbability;
    });
    return negativeEntropy;
  });
}

function takeRows(matrix: Float32Array, width: number, indices: readonly number[]): Float32Array {
  const rows = new Float32Array(indices.length * width);
  indices.forEach((index, row) => rows.set(matrix.subarray(index * width, (index + 1) * width), row * width));
  return rows;
}
