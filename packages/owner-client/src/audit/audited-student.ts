/** @file A student on which an audit tunes prompts as `tune` does, but with records of its choice and without writing them out. */

import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import type { Checkpoint } from '@softpost/shared/artifact/checkpoint';
import { initialPrompt } from '@softpost/shared/model/initial-prompt';
import { descend } from '@softpost/shared/prompt-tuning/descend';
import { plainGradients } from '@softpost/shared/prompt-tuning/plain-gradient';
import { type EncodedExample, openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import { scoreLabels } from '@softpost/shared/scoring/scorer';
import { openTaskModel, type TaskModel } from '@softpost/shared/scoring/task-model';
import { readTask } from '@softpost/shared/text/task';
import { createSamplingPlan, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { PrivateExamples, readPrivateExamples } from '../private-data/private-examples.ts';
import { optimiserFor } from '../tune/optimiser-for.ts';
import type { TuneOptions } from '../tune/tune-options.ts';
import { type AuditContext, shippedMechanism } from './mechanism.ts';

/** As for `tune`; nothing is written, signed or charged. */
export type StudentOptions = Omit<TuneOptions, 'outDir' | 'keyFile' | 'ledgerFile' | 'budget' | 'healthFile'>;

export interface AuditedStudent {
  /** undefined without privacy */
  readonly plan: SamplingPlan | undefined;
  readonly examples: PrivateExamples;
  readonly encode: TaskModel['encode'];
  readonly labelCount: number;
  /** What every run starts from; it depends on no record. */
  readonly start: SoftPrompt;
  tune(members: readonly EncodedExample[], phase: string, checkpoint?: Checkpoint): Promise<SoftPrompt>;
  /**
   * [records] ln(p / (1 - p)) with p the probability of the right label among the task's labels: the statistic of Carlini et al.
   * (arXiv 2112.03570, section 4), which is nearly Gaussian where p itself is not.
   */
  confidences(prompt: SoftPrompt, records: readonly EncodedExample[]): Promise<Float64Array>;
  dispose(): Promise<void>;
}

/** @throws BAD_PRIVACY_PARAMETER, PRIVACY_UNREACHABLE, NON_FINITE, and what reading the inputs throws */
export async function openAuditedStudent(
  options: StudentOptions,
  { emit, signal, mechanism = shippedMechanism }: AuditContext,
): Promise<AuditedStudent> {
  const { lotSize, steps, virtualTokens, microbatch, threads, privacy, seed } = options;
  const plan = privacy.dp ? createSamplingPlan({ ...privacy, lotSize, steps }) : undefined;
  const optimiser = optimiserFor(options.optimiser, plan);
  const task = await readTask(options.taskFile);
  const student = await openTaskModel(options.studentDir, task, virtualTokens);
  const examples = await readPrivateExamples(options.dataFile, task, student.encode);
  const start = await initialPrompt(student.model, student.tokenizer, task, options);
  const program = await openGradientProgram(student, virtualTokens, threads);
  return {
    plan,
    examples,
    encode: student.encode,
    labelCount: task.labels.length,
    start,
    tune: async (members, phase, checkpoint) => {
      const source = plan
        ? mechanism(plan, new PrivateExamples(members, []), program, microbatch)
        : plainGradients(members, program, lotSize, microbatch, seed);
      const peak = options.learningRate * start.embeddingScale;
      const settings = { phase, metric: 'private loss', optimiser, peak, steps, checkpoint, emit, signal };
      const { prompt } = await descend(start.embeddings, source, settings);
      return { ...start, embeddings: prompt };
    },
    confidences: async (prompt, records) => {
      const inputs = records.map(({ input }) => input);
      const scores = await scoreLabels(student.model, student.verbalizer, inputs, { prompt, threads, signal });
      return confidenceOf(
        scores,
        records.map(({ label }) => label),
      );
    },
    dispose: () => program.dispose(),
  };
}

/** ln(p / (1 - p)) = score of the label - log of the sum of e^score over the others, which keeps its digits where p is nearly 1. */
export function confidenceOf(scores: Float32Array, labels: readonly number[]): Float64Array {
  const width = scores.length / labels.length;
  return Float64Array.from(labels, (label, row) => {
    const others = [...scores.subarray(row * width, (row + 1) * width)].toSpliced(label, 1);
    const highest = Math.max(...others);
    return (
      scores[row * width + label]! -
      highest -
      Math.log(others.reduce((sum, score) => sum + Math.exp(score - highest), 0))
    );
  });
}
