/**
 * @file The choice of alpha without private data: on a proxy task, tune on the student, transfer with every alpha, and see
 * which serves the teacher best. The paper's rule for alpha needs accuracies on the private task.
 */

import type { Report } from '@softpost/shared/events';
import { initialPrompt } from '@softpost/shared/model/initial-prompt';
import { descend } from '@softpost/shared/prompt-tuning/descend';
import { plainGradients } from '@softpost/shared/prompt-tuning/plain-gradient';
import { openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import type { Readout } from '@softpost/shared/scoring/readout';
import { scoreLabels, argmaxRows } from '@softpost/shared/scoring/scorer';
import type { Task } from '@softpost/shared/text/task';
import type { SoftPrompt } from '@softpost/shared/artifact/prompt-folder';
import type { ProxyTask } from './proxy-task.ts';
import { buildReferences, unpromptedLogits } from './references.ts';
import { openTransferProgram } from './transfer-program.ts';
import { transferPrompt } from './transfer-prompt.ts';

export const ALPHA_GRID: readonly number[] = [0, 0.2, 0.4, 0.6, 0.8, 1];

export interface AlphaCalibration {
  readonly alpha: number;
  /** Teacher's accuracy on the proxy's validation texts, for each alpha. */
  readonly accuracies: readonly { readonly alpha: number; readonly accuracy: number }[];
}

export interface CalibrationSettings {
  /** Of each trial transfer, and of the proxy's tuning. */
  readonly steps: number;
  readonly batchSize: number;
  /** Adam's first learning rate in units of the embedding table's root mean square. */
  readonly learningRate: number;
  readonly virtualTokens: number;
  readonly readout: Readout;
  readonly seed: number;
  readonly threads?: number | undefined;
  readonly emit: Report;
  readonly signal: AbortSignal;
}

/** @param task names the texts' initText and label words, for initial prompts */
export async function calibrateAlpha(
  proxy: ProxyTask,
  task: Task,
  settings: CalibrationSettings,
): Promise<AlphaCalibration> {
  const { steps, batchSize, learningRate, virtualTokens, readout, seed, threads, emit, signal } = settings;
  const { student, teacher, publicTexts, validation } = proxy;
  const studentPrompt = await tuneOnProxy(proxy, task, settings);
  const unprompted = await unpromptedLogits(teacher.model, publicTexts.texts, { readout, threads, signal });
  const references = await buildReferences(student.model, studentPrompt, publicTexts.texts, unprompted, {
    readout,
    threads,
    signal,
  });
  const start = await initialPrompt(teacher.model, teacher.tokenizer, task, {
    initialisation: 'vocabulary',
    virtualTokens,
    seed,
  });
  const program = await openTransferProgram(teacher.model, virtualTokens, { readout, threads });
  const accuracies: { alpha: number; accuracy: number }[] = [];
  try {
    for (const alpha of ALPHA_GRID) {
      const trial = await transferPrompt(start, program, publicTexts, references, {
        alpha,
        steps,
        batchSize,
        peak: learningRate * start.embeddingScale,
        seed,
        emit: relabel(emit, alpha),
        signal,
      });
      const scores = await scoreLabels(
        teacher.model,
        teacher.verbalizer,
        validation.map(({ input }) => input),
        { prompt: trial.prompt, threads, signal },
      );
      const right = argmaxRows(scores, teacher.verbalizer.labelCount).reduce(
        (sum, label, index) => sum + Number(label === validation[index]!.label),
        0,
      );
      accuracies.push({ alpha, accuracy: right / validation.length });
      emit({
        kind: 'message',
        level: 'info',
        message: `alpha ${alpha}: ${((100 * right) / validation.length).toFixed(1)} % on the proxy task`,
      });
    }
  } finally {
    await program.dispose();
  }
  return { alpha: smoothedBest(accuracies), accuracies };
}

/** The alpha whose accuracy, averaged 1:2:1 with its neighbours' in the grid, is highest: single trials are noisy. */
export function smoothedBest(accuracies: AlphaCalibration['accuracies']): number {
  const smooth = accuracies.map(({ accuracy }, index) => {
    const neighbours = [accuracies[index - 1], accuracies[index + 1]].filter((trial) => trial !== undefined);
    return neighbours.reduce((sum, trial) => sum + trial.accuracy, 2 * accuracy) / (2 + neighbours.length);
  });
  return accuracies[smooth.indexOf(Math.max(...smooth))]!.alpha;
}

async function tuneOnProxy(
  { student, training }: ProxyTask,
  task: Task,
  { steps, batchSize, learningRate, virtualTokens, seed, threads, emit, signal }: CalibrationSettings,
): Promise<SoftPrompt> {
  const start = await initialPrompt(student.model, student.tokenizer, task, {
    initialisation: 'vocabulary',
    virtualTokens,
    seed,
  });
  const program = await openGradientProgram(student, virtualTokens, threads);
  try {
    const source = plainGradients(training, program, batchSize, batchSize, seed);
    const { prompt } = await descend(start.embeddings, source, {
      phase: 'tune proxy',
      peak: learningRate * start.embeddingScale,
      steps,
      emit,
      signal,
    });
    return { ...start, embeddings: prompt };
  } finally {
    await program.dispose();
  }
}

function relabel(emit: Report, alpha: number): Report {
  return (event) => emit(event.kind === 'progress' ? { ...event, phase: `try alpha ${alpha}` } : event);
}
