/** @file The flags of `softpost-owner audit`, and what they are by default. */

import { SoftpostError } from '@softpost/shared/errors';
import { integerOption, numberOption, threadsOption } from '@softpost/shared/commands/options';
import type { Command } from 'commander';
import type { StudentOptions } from '../audit/audited-student.ts';
import { DIRAC_DEFAULTS } from '../audit/dirac-defaults.ts';
import type { PlanOptions } from '../privacy/sampling-plan.ts';
import { TUNE_DEFAULTS } from '../tune/tune-options.ts';
import { DEFAULT_PUBLIC_SIZE, privacyOptions, withPrivacyFlags, type PrivacyFlags } from './tune-privacy.ts';

interface PlanFlags extends PrivacyFlags {
  readonly steps?: number;
  readonly batch?: number;
  readonly noiseMultiplier?: number;
}

export interface AuditFlags extends PlanFlags {
  readonly student?: string;
  readonly task?: string;
  readonly data?: string;
  readonly virtualTokens: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly threads?: number;
  readonly report?: string;
}

const count = (flag: string) => integerOption(flag, { min: 1 });

/** What is audited. Of users and of noise in bands no audit knows, so those flags of `tune` are unknown here, and refused. */
export function withAuditFlags(command: Command): Command {
  const { virtualTokens, learningRate, seed, steps, lotSize } = TUNE_DEFAULTS;
  return withPrivacyFlags(command)
    .option('--student <dir>', 'model folder of the student')
    .option('--task <file>', 'task file: template and label words (YAML or JSON)')
    .option('--data <file>', 'private texts with labels (JSON Lines, CSV or Parquet)')
    .option('--no-dp', 'audit a run WITHOUT privacy, to see what it tells')
    .option('--steps <n>', `number of steps (default: ${steps})`, count('--steps'))
    .option('--batch <n>', `records expected in a lot (default: ${lotSize})`, count('--batch'))
    .option('--virtual-tokens <n>', 'length of the prompt', count('--virtual-tokens'), virtualTokens)
    .option(
      '--learning-rate <r>',
      'of Adam, in units of the size of an embedding',
      numberOption('--learning-rate', { above: 0 }),
      learningRate,
    )
    .option('--seed <n>', 'of the first prompt and the halves', integerOption('--seed', { min: 0 }), seed)
    .option(...threadsOption)
    .option('--report <file>', 'write an HTML page with the plot; must not exist');
}

/** @throws BAD_OPTION when model, task or data are not given */
export function studentOptions(flags: AuditFlags): StudentOptions {
  return {
    ...TUNE_DEFAULTS,
    studentDir: required('--student', flags.student),
    taskFile: required('--task', flags.task),
    dataFile: required('--data', flags.data),
    privacy: privacyOptions(flags),
    steps: flags.steps ?? TUNE_DEFAULTS.steps,
    lotSize: flags.batch ?? TUNE_DEFAULTS.lotSize,
    virtualTokens: flags.virtualTokens,
    learningRate: flags.learningRate,
    seed: flags.seed,
    threads: flags.threads,
  };
}

/**
 * The plan of an audit on Dirac canaries: the one that shows most, or that of a tuning run as soon as one of its numbers is given.
 * @throws BAD_OPTION for flags that have no meaning there
 */
export function diracPlan({
  student,
  task,
  data,
  dp,
  noiseMultiplier,
  steps,
  batch,
  ...privacy
}: AuditFlags): PlanOptions {
  for (const [flag, value] of Object.entries({ '--student': student, '--task': task, '--data': data })) {
    if (value !== undefined) throw new SoftpostError('BAD_OPTION', `${flag} needs --kind text`);
  }
  if (!dp) throw new SoftpostError('BAD_OPTION', '--no-dp needs --kind text: here noise is all there is to audit');
  const { epsilon, delta, publicSize, clipNorm, noise, clipping } = privacy;
  const kinds = { noiseMode: noise ?? 'rounded', clipping: clipping ?? 'flat' } as const;
  const given = [noiseMultiplier, steps, batch, epsilon, delta, publicSize, clipNorm];
  if (given.every((value) => value === undefined)) return { ...DIRAC_DEFAULTS.plan, ...kinds };
  if (noiseMultiplier !== undefined && epsilon !== undefined)
    throw new SoftpostError('BAD_OPTION', '--noise-multiplier and --epsilon exclude each other');
  const constants = {
    ...kinds,
    delta: delta ?? 1e-6,
    publicSize: publicSize ?? DEFAULT_PUBLIC_SIZE,
    clipNorm: clipNorm ?? 1,
    steps: steps ?? TUNE_DEFAULTS.steps,
    lotSize: batch ?? TUNE_DEFAULTS.lotSize,
  };
  return noiseMultiplier === undefined ? { ...constants, epsilon: epsilon ?? 8 } : { ...constants, noiseMultiplier };
}

function required(flag: string, value: string | undefined): string {
  if (value === undefined) throw new SoftpostError('BAD_OPTION', `${flag} is missing`);
  return value;
}
