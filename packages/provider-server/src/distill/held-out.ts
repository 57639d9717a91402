/** @file How good the student is on text that neither it nor its choice has seen, beside the teacher. */

import { loadProgram, lowerProgram } from '@softpost/shared/engine/program';
import type { LanguageModel } from '@softpost/shared/model/language-model';
import type { DistillOptions } from './distill-options.ts';
import { blockFeeds, blockRows, buildHeadBlock, rowBlocks } from './head-block.ts';
import { openHiddenProgram, sequencesAtOnce } from './hidden-rows.ts';
import { rowTargets, splitBatch, type LabelledBatch } from './labelled-batch.ts';
import { klLoss, labelLoss } from './losses.ts';
import { buildModelPair, parameterFeeds, type StudentShape } from './model-pair.ts';

export interface HeldOutQuality {
  /** exp of the mean loss of the labelled positions: next tokens, or 15 % masked tokens (pseudo-perplexity). */
  readonly teacherPerplexity: number;
  readonly studentPerplexity: number;
  /**
   * Share of the labelled positions at which both models put the same token first. Others say nothing of a masked model: their token stands in the
   * text, and a model of no skill copies it.
   */
  readonly agreement: number;
  /** Mean KL(teacher ‖ student) over all positions, in nats, at temperature 1. */
  readonly kl: number;
}

/**
 * In the same blocks of rows as training. The logits of a block are read once more here, for the token that each model puts
 * first, so the programs write them into two arrays that all blocks share.
 * @param parameterOf the student's trained tensors, by name
 */
export async function measureHeldOut(
  teacher: LanguageModel,
  plan: StudentShape,
  parameterOf: (name: string) => Float32Array,
  heldOut: LabelledBatch,
  { maxLogitBytes, threads }: Pick<DistillOptions, 'maxLogitBytes' | 'threads'>,
): Promise<HeldOutQuality> {
  const pair = buildModelPair(teacher, plan);
  const block = buildHeadBlock(teacher, plan, 1);
  const hiddenProgram = await openHiddenProgram(pair, teacher, parameterOf, threads);
  const headProgram = await loadProgram(
    lowerProgram(
      {
        teacherLogits: block.teacher,
        studentLogits: block.student,
        teacherLoss: labelLoss(block.teacher, block.targets, 1),
        studentLoss: labelLoss(block.student, block.targets, 1),
        kl: klLoss(block.teacher, block.student, block.targets, 1),
      },
      teacher.lookup,
    ),
    threads === undefined ? {} : { threads },
  );
  const parameters = parameterFeeds(plan.trained.keys(), parameterOf);
  const { vocabularySize } = plan.architecture;
  const parts = splitBatch(heldOut, sequencesAtOnce(heldOut.length));
  const most = Math.min(blockRows(vocabularySize, maxLogitBytes), parts[0]!.labels.length);
  const [teacherLogits, studentLogits] = [0, 1].map(() => new Float32Array(most * vocabularySize)) as [
    Float32Array,
    Float32Array,
  ];
  // Targets weigh a row with its share of the whole, so the sums over blocks are means.
  const means = { teacherLoss: 0, studentLoss: 0, kl: 0 };
  let agreements = 0;
  try {
    for (const part of parts) {
      const hidden = await hiddenProgram.run(part);
      const targets = rowTargets(part);
      for (const range of rowBlocks(hidden.rows, vocabularySize, maxLogitBytes)) {
        const { bindings, feeds } = blockFeeds(hidden, targets, vocabularySize, range);
        const into = {
          teacherLogits: teacherLogits.subarray(0, bindings.N * vocabularySize),
          studentLogits: studentLogits.subarray(0, bindings.N * vocabularySize),
        };
        const result = await headProgram.run(bindings, { ...feeds, ...parameters }, into);
        for (const name of ['teacherLoss', 'studentLoss', 'kl'] as const) means[name] += Number(result[name]![0]);
        agreements += countAgreements(into.teacherLogits, into.studentLogits, targets.labels.subarray(...range));
      }
    }
  } finally {
    await hiddenProgram.dispose();
    await headProgram.dispose();
  }
  return {
    teacherPerplexity: Math.exp(means.teacherLoss),
    studentPerplexity: Math.exp(means.studentLoss),
    agreement: agreements / heldOut.labelled,
    kl: means.kl,
  };
}

/** Rows of `a` and `b` [N, V] whose label [N] is not -1, and in which both have their largest value at the same place. */
export function countAgreements(a: Float32Array, b: Float32Array, labels: Int32Array): number {
  const vocabulary = a.length / labels.length;
  const largest = (values: Float32Array, row: number): number => indexOfLargest(values, row * vocabulary, vocabulary);
  return labels.reduce((count, label, row) => count + Number(label >= 0 && largest(a, row) === largest(b, row)), 0);
}

function indexOfLargest(values: Float32Array, start: number, length: number): number {
  let largest = start;
  for (let i = start + 1; i < start + length; i++) if (values[i]! > values[largest]!) largest = i;
  return largest - start;
}
