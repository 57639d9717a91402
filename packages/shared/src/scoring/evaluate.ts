/** @file Accuracy of a model, with or without a soft prompt, on a labelled file. */

import type { SoftPrompt } from '../artifact/prompt-folder.ts';
import type { Report } from '../events.ts';
import { readExamples } from '../text/read-examples.ts';
import { readTask } from '../text/task.ts';
import { promptForModel } from './prompt-for-model.ts';
import { argmaxRows, scoreLabels } from './scorer.ts';
import { openTaskModel, type TaskModel } from './task-model.ts';

export interface EvaluateOptions {
  readonly modelDir: string;
  readonly promptDir?: string | undefined;
  readonly taskFile: string;
  readonly dataFile: string;
  readonly batchSize?: number | undefined;
  readonly threads?: number | undefined;
}

export interface Evaluation {
  /** Share of texts whose highest label score is that of their label. */
  readonly accuracy: number;
  readonly n: number;
  /** confusion[label][predicted] counts, labels in the order of the task file. */
  readonly confusion: readonly (readonly number[])[];
}

interface StepContext {
  readonly emit: Report;
  readonly signal: AbortSignal;
}

/** Scores the whole file. @throws what reading the model, prompt, task and data throws; CANCELLED */
export async function evaluate(options: EvaluateOptions, { emit, signal }: StepContext): Promise<Evaluation> {
  const task = await readTask(options.taskFile);
  const examples = await readExamples(
    options.dataFile,
    task.labels.map(({ name }) => name),
  );
  const { modelDir, promptDir } = options;
  const prompt = promptDir === undefined ? undefined : await promptForModel(modelDir, promptDir, emit);
  const model = await openTaskModel(modelDir, task, prompt?.virtualTokens ?? 0);
  return evaluateTask(model, prompt, examples, {
    batchSize: options.batchSize,
    threads: options.threads,
    signal,
    onProgress: (step) => emit({ kind: 'progress', phase: 'evaluate', step, steps: examples.length, metrics: {} }),
  });
}

interface EvaluateSettings {
  readonly batchSize?: number | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number) => void;
}

/** As {@link evaluate}, for a task model that is open already. */
export async function evaluateTask(
  { model, verbalizer, encode }: TaskModel,
  prompt: SoftPrompt | undefined,
  examples: readonly { readonly text: string; readonly label: number }[],
  { batchSize = 32, threads, signal, onProgress = () => undefined }: EvaluateSettings = {},
): Promise<Evaluation> {
  const scores = await scoreLabels(
    model,
    verbalizer,
    examples.map(({ text }) => encode(text)),
    { prompt, batchSize, threads, signal, onProgress },
  );
  const predicted = argmaxRows(scores, verbalizer.labelCount);
  const confusion = Array.from({ length: verbalizer.labelCount }, () =>
    new Array<number>(verbalizer.labelCount).fill(0),
  );
  examples.forEach(({ label }, index) => (confusion[label]![predicted[index]!]! += 1));
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  return { accuracy: right / examples.length, n: examples.length, confusion };
}
