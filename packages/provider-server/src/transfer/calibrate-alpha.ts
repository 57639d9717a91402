/**
 * @file The choice of alpha without private data: on a proxy task, tune on the student, transfer with every alpha, and see
 * which serves the teacher best. The paper's rule for alpha needs accuracies on the private task.
 */

import type { Checkpoint } from '@softpost/shared/artifact/checkpoint';
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
  /** Where the proxy's labels are from. */
  readonly labels: ProxyTask['labels'];
  /** How many validation texts there are. */
  readonly n: number;
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
  /** Keeps the proxy's prompt, and the result of each alpha that was tried. */
  readonly checkpoint: Checkpoint;
  readonly emit: Report;
  readonly signal: AbortSignal;
}

/**
 * Tries every alpha, or those that an interrupted run has not tried yet.
 * @param task names the texts' initText and label words, for initial prompts
 * @throws NON_FINITE, BAD_CHECKPOINT, CANCELLED through the signal
 */
export async function calibrateAlpha(
  proxy: ProxyTask,
  task: Task,
  settings: CalibrationSettings,
): Promise<AlphaCalibration> {
  const { virtualTokens, checkpoint, emit } = settings;
  const { labels, validation } = proxy;
  const saved = await checkpoint.load();
  if (saved) emit({ kind: 'message', level: 'info', message: `${saved.step} alphas were tried by an earlier run` });
  const embeddings = saved?.arrays['prompt'] ?? (await tuneOnProxy(proxy, task, settings));
  const right = [...(saved?.arrays['right'] ?? [])];
  const save = (): Promise<void> =>
    checkpoint.save({ step: right.length, arrays: { prompt: embeddings, right: Float32Array.from(right) } });
  if (!saved) await save();
  const untried = ALPHA_GRID.slice(right.length);
  if (untried.length > 0) {
    const { hiddenSize } = proxy.student.model.architecture;
    const trials = await openTrials({ embeddings, virtualTokens, hiddenSize }, proxy, task, settings);
    try {
      for (const alpha of untried) {
        right.push(await trials.run(alpha));
        await save();
        const percent = ((100 * right.at(-1)!) / validation.length).toFixed(1);
        emit({ kind: 'message', level: 'info', message: `alpha ${alpha}: ${percent} % on the proxy task` });
      }
    } finally {
      await trials.dispose();
    }
  }
  const accuracies = ALPHA_GRID.map((alpha, index) => ({ alpha, accuracy: right[index]! / validation.length }));
  return { alpha: chooseAlpha(accuracies, validation.length), accuracies, labels, n: validation.length };
}

interface Trials {
  /** Transfers with this alpha; gives how many validation texts the teacher then labels rightly. */
  run(alpha: number): Promise<number>;
  dispose(): Promise<void>;
}

async function openTrials(
  studentPrompt: SoftPrompt,
  { student, teacher, publicTexts, validation }: ProxyTask,
  task: Task,
  settings: CalibrationSettings,
): Promise<Trials> {
  const { steps, batchSize, learningRate, virtualTokens, readout, seed, threads, emit, signal } = settings;
  const scoring = { readout, threads, signal };
  const unprompted = await unpromptedLogits(teacher.model, publicTexts.texts, scoring);
  const references = await buildReferences(student.model, studentPrompt, publicTexts.texts, unprompted, scoring);
  const start = await initialPrompt(teacher.model, teacher.tokenizer, task, {
    initialisation: 'vocabulary',
    virtualTokens,
    seed,
  });
  const program = await openTransferProgram(teacher.model, virtualTokens, { readout, threads });
  return {
    run: async (alpha) => {
      const { prompt } = await transferPrompt(start, program, publicTexts, references, {
        alpha,
        steps,
        batchSize,
        peak: learningRate * start.embeddingScale,
        seed,
        emit: relabel(emit, alpha),
        signal,
      });
      const inputs = validation.map(({ input }) => input);
      const scores = await scoreLabels(teacher.model, teacher.verbalizer, inputs, { prompt, threads, signal });
      const predicted = argmaxRows(scores, teacher.verbalizer.labelCount);
      return validation.filter(({ label }, index) => label === predicted[index]).length;
    },
    dispose: () => program.dispose(),
  };
}

/**
 * The middle of the plateau: the alphas around the best one whose accuracy is within a standard error of its, each averaged
 * 1:2:1 with its neighbours' in the grid. Single trials are noisy, and where all do alike the best one is often an end of the
 * grid, so that a transfer would do without one of its losses for no reason.
 * @param n validation texts
 */
export function chooseAlpha(accuracies: AlphaCalibration['accuracies'], n: number): number {
  const smooth = accuracies.map(({ accuracy }, index) => {
    const neighbours = [accuracies[index - 1], accuracies[index + 1]].filter((trial) => trial !== undefined);
    return neighbours.reduce((sum, trial) => sum + trial.accuracy, 2 * accuracy) / (2 + neighbours.length);
  });
  const best = Math.max(...smooth);
  // The weights 1/4, 1/2, 1/4 leave 6/16 of a trial's variance.
  const least = best - Math.sqrt(((6 / 16) * best * (1 - best)) / n);
  let [first, last] = [smooth.indexOf(best), smooth.indexOf(best)];
  while (smooth[first - 1]! >= least) first--;
  while (smooth[last + 1]! >= least) last++;
  return accuracies[Math.floor((first + last) / 2)]!.alpha;
}

/** @returns [P * D] */
async function tuneOnProxy(
  { student, training }: ProxyTask,
  task: Task,
  { steps, batchSize, learningRate, virtualTokens, seed, threads, emit, signal }: CalibrationSettings,
): Promise<Float32Array> {
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
    return prompt;
  } finally {
    await program.dispose();
  }
}

function relabel(emit: Report, alpha: number): Report {
  return (event) => emit(event.kind === 'progress' ? { ...event, phase: `try alpha ${alpha}` } : event);
}
