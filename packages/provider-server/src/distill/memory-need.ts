/**
 * @file How much memory a distillation takes at its peak, beyond the bare process, the tokenizer and the corpus rows.
 *
 * With P trained numbers of the student, V tokens, width D, rows S that pass through the layers together (1024, or one longer
 * sequence), R = min(S, maxLogitBytes / 4V) rows that have logits together, and W the sum of both sides of a layer's matrices:
 *
 *     peak = 16 P                      weights, gradients and both moments of AdamW
 *          + file                      the teacher, mapped; and 4 bytes a number where it is stored in 16 bits
 *          + 64 R V                    16 arrays of logits: those of both models, softmaxes, gradients, the arena's reserve
 *          + 24 V D                    6 matrices like the head: its gradient, and what programs map or read of it
 *          + 4 S W (3 + 1.5 layers)    the student's activations (its layers), and those of one teacher layer
 *          + 4 S L heads (6 + 2 layers)  attention scores, likewise
 *          + 160 MiB                   programs (96), and garbage: the runtime's Node binding copies the outputs of every run, also
 *                                      those that have an array to go to, and V8 lets 64 MiB of that lie
 *
 * The sequence length is only in the terms of layers and attention, never together with V. The factors are upper bounds of what was
 * measured with V = 1000 to 65536, D = 32 to 512 and L = 64 to 1024 (the runtime's arena grows by doubling, so it varies).
 */

import type { LanguageModel } from '@softpost/shared/model/language-model';
import { blockRows } from './head-block.ts';
import { sequencesAtOnce } from './hidden-rows.ts';
import type { StudentShape } from './model-pair.ts';
import { isOneBlock, type TrainingOptions } from './training-program.ts';

export interface MemoryNeed {
  /** All in bytes; the sum of the others is `peak`. */
  readonly optimiser: number;
  readonly teacher: number;
  readonly logits: number;
  readonly headMatrices: number;
  readonly layers: number;
  readonly rest: number;
  readonly peak: number;
}

const REST = 160 * 2 ** 20;

/** An upper bound; see the top of this file. */
export function memoryNeed(
  { folder, architecture: teacher }: Pick<LanguageModel, 'folder' | 'architecture'>,
  plan: StudentShape,
  options: Pick<TrainingOptions, 'batch' | 'length' | 'maxLogitBytes'>,
): MemoryNeed {
  const { vocabularySize, hiddenSize, layers, attention } = plan.architecture;
  const { batch, length, maxLogitBytes } = options;
  const onePass = sequencesAtOnce(length) * length;
  const rows = isOneBlock(plan, options) ? Math.max(onePass, batch * length) : onePass;
  const needs = {
    optimiser: 16 * elementsOf(plan.trained.values()),
    teacher: [...folder.tensors.values()].reduce(
      (sum, { dtype, length: bytes }) => sum + (dtype === 'f32' ? bytes : 3 * bytes),
      0,
    ),
    logits: 64 * Math.min(rows, blockRows(vocabularySize, maxLogitBytes)) * vocabularySize,
    headMatrices: 24 * vocabularySize * hiddenSize,
    layers:
      4 * rows * layerWidth(teacher) * (3 + 1.5 * layers) + 4 * rows * length * attention.heads * (6 + 2 * layers),
    rest: REST,
  };
  return { ...needs, peak: Object.values(needs).reduce((sum, bytes) => sum + bytes) };
}

/** One line for people. */
export function memoryText({ peak, optimiser, logits }: MemoryNeed): string {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
  return `needs at most ${gigabytes(peak)} of memory, ${gigabytes(optimiser)} of it for the optimiser and ${gigabytes(logits)} for logits (--max-logit-bytes)`;
}

/** W: numbers in the rows that enter and leave a layer's matrices. */
function layerWidth(model: LanguageModel['architecture']): number {
  return [...model.tensorShapes()]
    .filter(([name, shape]) => name.startsWith(model.layerPrefix(0)) && shape.length === 2)
    .reduce((sum, [, [from, to]]) => sum + from! + to!, 0);
}

function elementsOf(shapes: Iterable<readonly number[]>): number {
  return [...shapes].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
