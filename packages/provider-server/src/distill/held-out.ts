/** @file How good the student is on text that neither it nor its choice has seen, beside the teacher. */

import { logSumExp, mul, sub } from '@softpost/shared/engine/ops';
import { loadProgram, lowerProgram } from '@softpost/shared/engine/program';
import { vocabularyLogits, type LanguageModel } from '@softpost/shared/model/language-model';
import type { LabelledBatch } from './labelled-batch.ts';
import { klRows, labelLogit } from './losses.ts';
import { batchFeeds, buildModelPair, parameterFeeds } from './model-pair.ts';
import type { StudentPlan } from './student-init.ts';

export interface HeldOutQuality {
  /** exp of the mean loss of the labelled positions: next tokens, or 15 % masked tokens (pseudo-perplexity). */
  readonly teacherPerplexity: number;
  readonly studentPerplexity: number;
  /** Share of positions at which both models put the same token first. */
  readonly agreement: number;
  /** Mean KL(teacher ‖ student) over all positions, in nats, at temperature 1. */
  readonly kl: number;
}

/** Logits come out of the graph here, so batches are small: rows of both models at once. */
const MAX_LOGIT_BYTES = 2 ** 25;

/** Most rows of `length` tokens for one pass. */
export function heldOutBatchSize(vocabulary: number, length: number): number {
  return Math.max(1, Math.floor(MAX_LOGIT_BYTES / (4 * vocabulary * length)));
}

/** @param parameterOf the student's trained tensors, by name */
export async function measureHeldOut(
  teacher: LanguageModel,
  plan: StudentPlan,
  parameterOf: (name: string) => Float32Array,
  batches: readonly LabelledBatch[],
  threads: number | undefined,
): Promise<HeldOutQuality> {
  const pair = buildModelPair(teacher, plan);
  const teacherLogits = vocabularyLogits(pair.teacher.headInput, pair.teacher.head);
  const studentLogits = vocabularyLogits(pair.student.headInput, pair.student.head);
  const { labels, labelWeight, rowWeight } = pair.targets;
  const program = await loadProgram(
    lowerProgram(
      {
        teacherLogits,
        studentLogits,
        teacherLoss: mul(sub(logSumExp(teacherLogits), labelLogit(pair.teacher, labels)), labelWeight),
        studentLoss: mul(sub(logSumExp(studentLogits), labelLogit(pair.student, labels)), labelWeight),
        kl: mul(klRows(teacherLogits, studentLogits), rowWeight),
      },
      teacher.lookup,
    ),
    threads === undefined ? {} : { threads },
  );
  const parameters = parameterFeeds(plan.trained.keys(), parameterOf);
  const sums = { teacherLoss: 0, studentLoss: 0, kl: 0, agreement: 0, labelled: 0, rows: 0 };
  try {
    for (const batch of batches) {
      const { bindings, feeds } = batchFeeds(pair, batch);
      const result = await program.run(bindings, { ...feeds, ...parameters });
      sums.teacherLoss += batch.labelled * sumOf(result['teacherLoss'] as Float32Array);
      sums.studentLoss += batch.labelled * sumOf(result['studentLoss'] as Float32Array);
      sums.kl += batch.rows * sumOf(result['kl'] as Float32Array);
      sums.agreement += countAgreements(
        result['teacherLogits'] as Float32Array,
        result['studentLogits'] as Float32Array,
        batch.rows,
      );
      sums.labelled += batch.labelled;
      sums.rows += batch.rows;
    }
  } finally {
    await program.dispose();
  }
  return {
    teacherPerplexity: Math.exp(sums.teacherLoss / sums.labelled),
    studentPerplexity: Math.exp(sums.studentLoss / sums.labelled),
    agreement: sums.agreement / sums.rows,
    kl: sums.kl / sums.rows,
  };
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function countAgreements(a: Float32Array, b: Float32Array, rows: number): number {
  const vocabulary = a.length / rows;
  let count = 0;
  for (let start = 0; start < a.length; start += vocabulary)
    if (indexOfLargest(a, start, vocabulary) === indexOfLargest(b, start, vocabulary)) count++;
  return count;
}

function indexOfLargest(values: Float32Array, start: number, length: number): number {
  let largest = start;
  for (let i = start + 1; i < start + length; i++) if (values[i]! > values[largest]!) largest = i;
  return largest - start;
}
