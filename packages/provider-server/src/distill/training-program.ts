/** @file The forward and backward pass of distillation, with weights and gradients in the optimiser's memory. */

import type { LanguageModel } from '@softpost/shared/model/language-model';
import type { ParameterMemory } from '@softpost/shared/optim/parameter-memory';
import type { DistillOptions } from './distill-options.ts';
import { blockRows } from './head-block.ts';
import type { LabelledBatch } from './labelled-batch.ts';
import type { StudentShape } from './model-pair.ts';
import { openBlockwiseProgram } from './blockwise-program.ts';
import { openWholeBatchProgram } from './whole-batch-program.ts';

export const LOSS_NAMES = ['loss', 'kl', 'lm', 'cosine'] as const;
/** Means over the batch; `loss` is the weighted sum of the others. */
export type Losses = Readonly<Record<(typeof LOSS_NAMES)[number], number>>;

export interface TrainingProgram {
  /** Writes the gradient of one batch's loss at `memory.parameters` into `memory.gradients`. */
  run(batch: LabelledBatch): Promise<Losses>;
  dispose(): Promise<void>;
}

export type TrainingOptions = Pick<
  DistillOptions,
  'weights' | 'temperature' | 'batch' | 'length' | 'maxLogitBytes' | 'threads'
>;

/**
 * One program where the logits of a batch fit into one block, else block by block (512 rows of GPT-2: 13 % more time in two
 * blocks, 23 % in four, for the layers that run twice and the gradient of the head that is added up). Losses and gradients
 * are the same.
 * @param memory the student's trained tensors, by name
 */
export function openTrainingProgram(
  teacher: LanguageModel,
  plan: StudentShape,
  memory: ParameterMemory,
  options: TrainingOptions,
): Promise<TrainingProgram> {
  const open = isOneBlock(plan, options) ? openWholeBatchProgram : openBlockwiseProgram;
  return open(teacher, plan, memory, options);
}

export function isOneBlock(
  { architecture }: Pick<StudentShape, 'architecture'>,
  { batch, length, maxLogitBytes }: Pick<TrainingOptions, 'batch' | 'length' | 'maxLogitBytes'>,
): boolean {
  return batch * length <= blockRows(architecture.vocabularySize, maxLogitBytes);
}
