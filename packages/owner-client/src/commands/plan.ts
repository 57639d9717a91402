/** @file `softpost-owner plan`: lot size, steps and noise for an epsilon and a time. It reads nothing private. */

import { setAction, type ActionContext } from '@softpost/shared/commands/cli';
import { inComputeProcess } from '@softpost/shared/commands/in-compute-process';
import { integerOption, numberOption, threadsOption } from '@softpost/shared/commands/options';
import type { Command } from 'commander';
import type { BandChoice } from '../privacy/band-choice.ts';
import type { TradeOff } from '../privacy/trade-off.ts';
import { MAX_UNIT_EXAMPLES } from '../privacy/user-unit.ts';
import type { Speed, SpeedOptions } from '../tune/measure-speed.ts';
import { TUNE_DEFAULTS } from '../tune/tune-options.ts';
import { planText } from './plan-text.ts';

interface PlanFlags {
  readonly epsilon: number;
  readonly delta: number;
  readonly publicSize: number;
  readonly unitExamples?: number;
  readonly minutes: number;
  readonly examplesPerSecond?: number;
  readonly student?: string;
  readonly virtualTokens: number;
  readonly textTokens: number;
  readonly clipNorm: number;
  readonly threads?: number;
  readonly html?: string;
}

/** What the comparison rests on; all of it public. */
export interface PlanAssumptions {
  /** Of records, or of users. */
  readonly publicSize: number;
  /** Records of a user in a step; null where each record is hidden by itself. */
  readonly unitExamples: number | null;
  readonly virtualTokens: number;
  readonly hiddenSize: number;
  readonly clipNorm: number;
  readonly examplesPerSecond: number;
  readonly speedSource: 'given' | 'measured' | 'assumed';
  readonly minutes: number;
  readonly gradientAgreement: number;
}

export interface PlanReport extends TradeOff {
  readonly epsilon: number;
  readonly delta: number;
  /** BandMF at the proposed lot size and steps. */
  readonly bands: readonly BandChoice[];
  readonly assumptions: PlanAssumptions;
  /** Flags of `softpost-owner tune` that make a run of the proposed plan. */
  readonly tuneFlags: readonly string[];
  /** The page written, if one was asked for. */
  readonly html?: string;
}

/** Hidden size of GPT-2 and BERT in their base form, and a speed of a few CPU cores on a student of theirs. */
const ASSUMED: Speed = { hiddenSize: 768, examplesPerSecond: 50 };

const ABOUT = `
Larger lots with fewer steps drown the noise better, up to a point; this finds it. Plans are compared by the number of
noiseless steps that they are worth, and the cheapest plan within 5 % of the best is proposed. docs/plan.md argues why.

Nothing private is read: the size is a public estimate, and the speed is measured on made-up texts.`;

export function registerPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('propose lot size, steps and noise for an epsilon and a time')
    .requiredOption('--epsilon <e>', 'privacy budget of the whole run', numberOption('--epsilon', { above: 0 }))
    .requiredOption('--delta <d>', 'below 1 / public size', numberOption('--delta', { above: 0, below: 1 }))
    .requiredOption(
      '--public-size <n>',
      'public estimate of the number of records, or users (see tune --help)',
      integerOption('--public-size', { min: 1 }),
    )
    .option(
      '--unit-examples <k>',
      'plan for users in place of records, with so many records of each in a step',
      integerOption('--unit-examples', { min: 1, max: MAX_UNIT_EXAMPLES }),
    )
    .option('--minutes <m>', 'time that tuning may take', numberOption('--minutes', { above: 0 }), 60)
    .option(
      '--examples-per-second <r>',
      'speed of tuning, where it is known',
      numberOption('--examples-per-second', { above: 0 }),
    )
    .option('--student <dir>', 'model folder of the student: its size counts, and its speed is measured')
    .option(
      '--virtual-tokens <n>',
      'length of the prompt',
      integerOption('--virtual-tokens', { min: 1 }),
      TUNE_DEFAULTS.virtualTokens,
    )
    .option('--text-tokens <n>', 'tokens of a text, for measuring', integerOption('--text-tokens', { min: 1 }), 64)
    .option('--clip-norm <c>', 'bound on the norm of one gradient', numberOption('--clip-norm', { above: 0 }), 1)
    .option(...threadsOption)
    .option('--html <file>', 'also write the comparison as a page with a plot; must not exist')
    .addHelpText('after', ABOUT);
  setAction(command, { run: plan, text: planText });
}

async function plan(flags: PlanFlags, context: ActionContext): Promise<PlanReport> {
  const { epsilon, delta, publicSize, unitExamples, minutes, virtualTokens, clipNorm, html } = flags;
  const { refuseExisting, replaceFile } = await import('@softpost/shared/artifact/atomic-write');
  if (html !== undefined) await refuseExisting(html);
  const { GRADIENT_AGREEMENT, tradeOff } = await import('../privacy/trade-off.ts');
  const { bandChoices } = await import('../privacy/band-choice.ts');
  const { speedSource, examplesPerSecond, hiddenSize } = await speedOf(flags, context);
  const { candidates, proposed } = await tradeOff(
    {
      epsilon,
      delta,
      publicSize,
      clipNorm,
      trainedCoordinates: virtualTokens * hiddenSize,
      examplesPerSecond,
      minutes,
      examplesPerUnit: unitExamples ?? 1,
    },
    {
      signal: context.signal,
      onCandidate: (step, steps) =>
        context.report({ kind: 'progress', phase: 'compare plans', step, steps, metrics: {} }),
    },
  );
  const assumptions = {
    publicSize,
    unitExamples: unitExamples ?? null,
    virtualTokens,
    hiddenSize,
    clipNorm,
    examplesPerSecond,
    speedSource,
    minutes,
    gradientAgreement: GRADIENT_AGREEMENT,
  };
  const tuneFlags = Object.entries({
    '--epsilon': epsilon,
    '--delta': delta,
    '--public-size': publicSize,
    '--batch': proposed.lotSize,
    '--steps': proposed.steps,
    '--virtual-tokens': virtualTokens,
    '--clip-norm': clipNorm,
    ...(unitExamples === undefined ? {} : { '--unit-examples': unitExamples }),
  }).flatMap(([flag, value]) => [flag, String(value)]);
  const bands = bandChoices({ epsilon, delta, publicSize, lotSize: proposed.lotSize, steps: proposed.steps });
  const report = { epsilon, delta, proposed, candidates, bands, assumptions, tuneFlags };
  if (html === undefined) return report;
  const { planPage } = await import('./plan-page.ts');
  await replaceFile(html, planPage(report));
  return { ...report, html };
}

async function speedOf(
  { examplesPerSecond, student, virtualTokens, textTokens, threads }: PlanFlags,
  context: ActionContext,
): Promise<Speed & Pick<PlanAssumptions, 'speedSource'>> {
  if (examplesPerSecond !== undefined) {
    if (student === undefined) return { ...ASSUMED, examplesPerSecond, speedSource: 'given' };
    const { openLanguageModel } = await import('@softpost/shared/model/language-model');
    const { architecture } = await openLanguageModel(student);
    return { hiddenSize: architecture.hiddenSize, examplesPerSecond, speedSource: 'given' };
  }
  if (student === undefined) {
    const message = `a speed of ${ASSUMED.examplesPerSecond} examples per second and a hidden size of ${ASSUMED.hiddenSize} are assumed; --student measures them`;
    context.report({ kind: 'message', level: 'warning', message });
    return { ...ASSUMED, speedSource: 'assumed' };
  }
  const { microbatch } = TUNE_DEFAULTS;
  const speed = await inComputeProcess<SpeedOptions, Speed>(
    new URL('../compute.ts', import.meta.url),
    'measureSpeed',
    { studentDir: student, virtualTokens, textTokens, microbatch, threads },
    context,
  );
  return { ...speed, speedSource: 'measured' };
}
