/** @file One private task through the whole method and its baselines: what the demo shows once and the quality benchmark many times. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tune } from '@softpost/owner-client/tune/tune';
import { TUNE_DEFAULTS, type TuneOptions, type TunePrivacy } from '@softpost/owner-client/tune/tune-options';
import { transfer, type TransferReport } from '@softpost/provider-server/transfer/transfer';
import { TRANSFER_DEFAULTS, type TransferOptions } from '@softpost/provider-server/transfer/transfer-options';
import type { PrivacyStatement } from '@softpost/shared/artifact/prompt-card';
import type { PromptInitialisation } from '@softpost/shared/model/initial-prompt';
import type { Report } from '@softpost/shared/events';
import { evaluate } from '@softpost/shared/scoring/evaluate';

export interface PrivateTask {
  readonly teacherDir: string;
  readonly studentDir: string;
  readonly taskFile: string;
  readonly trainFile: string;
  readonly testFile: string;
  readonly publicFile: string;
  /** Prompts are kept here. */
  readonly workDir: string;
  readonly virtualTokens: number;
  readonly threads?: number | undefined;
}

/** How prompts are trained; learning rates in units of the embeddings' root mean square. */
export interface Training {
  readonly seed: number;
  readonly privacy: TunePrivacy;
  readonly steps: number;
  readonly lotSize: number;
  readonly learningRate: number;
  readonly initialisation: PromptInitialisation;
  readonly optimiser?: TuneOptions['optimiser'];
}

export interface TransferTraining {
  readonly seed: number;
  readonly compare: TransferOptions['compare'];
  readonly initialisation: TransferOptions['initialisation'];
  readonly alpha: number | 'auto';
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly publicLimit: number;
}

export interface StepContext {
  readonly emit: Report;
  readonly signal: AbortSignal;
}

export interface TunedPrompt {
  readonly promptDir: string;
  readonly privacy: PrivacyStatement;
  readonly losses: readonly (number | null)[];
}

/** Share of right labels on the test file, in [0, 1]. */
export async function accuracyOf(
  task: PrivateTask,
  modelDir: string,
  promptDir: string | undefined,
  { signal }: StepContext,
): Promise<number> {
  const quiet: StepContext = { emit: () => undefined, signal };
  return (
    await evaluate(
      { modelDir, promptDir, taskFile: task.taskFile, dataFile: task.testFile, threads: task.threads },
      quiet,
    )
  ).accuracy;
}

/** Tunes on one of the two models: the student as in POST, or the teacher for the upper bound that shows it the private data. */
export async function tuneOn(
  model: 'student' | 'teacher',
  task: PrivateTask,
  name: string,
  training: Training,
  context: StepContext,
): Promise<TunedPrompt> {
  const promptDir = join(task.workDir, name);
  await rm(promptDir, { recursive: true, force: true });
  const { privacy, local } = await tune(
    {
      ...TUNE_DEFAULTS,
      ...training,
      studentDir: model === 'student' ? task.studentDir : task.teacherDir,
      taskFile: task.taskFile,
      dataFile: task.trainFile,
      outDir: promptDir,
      keyFile: join(task.workDir, 'owner-key.pem'),
      ledgerFile: join(task.workDir, 'ledger.sqlite'),
      virtualTokens: task.virtualTokens,
      threads: task.threads,
    },
    context,
  );
  return { promptDir, privacy, losses: local.losses };
}

/** Moves a student's prompt to the teacher. */
export async function transferTo(
  task: PrivateTask,
  promptDir: string,
  name: string,
  training: TransferTraining,
  context: StepContext,
): Promise<TransferReport> {
  const outDir = join(task.workDir, name);
  await rm(outDir, { recursive: true, force: true });
  const { teacherDir, studentDir, taskFile, publicFile, threads } = task;
  return transfer(
    { ...TRANSFER_DEFAULTS, ...training, teacherDir, studentDir, promptDir, publicFile, taskFile, outDir, threads },
    context,
  );
}
