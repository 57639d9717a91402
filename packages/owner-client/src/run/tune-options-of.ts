/** @file The options of `tune` that a run asks for. */

import { privacyOptions } from '../commands/tune-privacy.ts';
import type { OwnerConfig } from '../config.ts';
import { TUNE_DEFAULTS, type TuneOptions } from '../tune/tune-options.ts';
import type { RunConfig } from './run-config.ts';

/** @throws SoftpostError BAD_OPTION when a privacy key stands beside `dp: false` */
export function tuneOptionsOf(
  { keyFile, ledgerFile }: OwnerConfig,
  { tune, task, data }: RunConfig,
  studentDir: string,
  outDir: string,
): TuneOptions {
  return {
    studentDir,
    taskFile: task,
    dataFile: data,
    outDir,
    keyFile,
    privacy: privacyOptions(tune),
    ledgerFile,
    budget: tune.budget,
    virtualTokens: tune.virtualTokens ?? TUNE_DEFAULTS.virtualTokens,
    steps: tune.steps ?? TUNE_DEFAULTS.steps,
    lotSize: tune.batch ?? TUNE_DEFAULTS.lotSize,
    optimiser: tune.optimiser ?? TUNE_DEFAULTS.optimiser,
    learningRate: tune.learningRate ?? TUNE_DEFAULTS.learningRate,
    initialisation: tune.init ?? TUNE_DEFAULTS.initialisation,
    seed: tune.seed ?? TUNE_DEFAULTS.seed,
    microbatch: tune.microbatch ?? TUNE_DEFAULTS.microbatch,
    threads: tune.threads,
  };
}
