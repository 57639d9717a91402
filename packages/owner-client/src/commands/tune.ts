/** @file `softpost-owner tune`: STEP 2, a soft prompt from private data, with differential privacy unless told otherwise. */

import { setAction } from '@softpost/shared/commands/cli';
import { inComputeProcess } from '@softpost/shared/commands/in-compute-process';
import { integerOption, numberOption, threadsOption } from '@softpost/shared/commands/options';
import { PROMPT_INITIALISATIONS, type PromptInitialisation } from '@softpost/shared/model/initial-prompt';
import { type Command, Option } from 'commander';
import { defaultLedgerFile } from '../ledger/default-ledger.ts';
import { MAX_BANDS } from '@softpost/shared/privacy/bands';
import { DEFAULT_UNIT_EXAMPLES, MAX_UNIT_EXAMPLES } from '../privacy/user-unit.ts';
import { trialLaw } from '../privacy/trials.ts';
import { signingKeyFile } from '../release/owner-key-file.ts';
import { OPTIMISERS, TUNE_DEFAULTS, type TuneOptions } from '../tune/tune-options.ts';
import type { TuneReport } from '../tune/tune.ts';
import { DEFAULT_PUBLIC_SIZE, privacyOptions, withPrivacyFlags, type PrivacyFlags } from './tune-privacy.ts';
import { tuneText } from './tune-text.ts';

interface TuneFlags extends PrivacyFlags {
  readonly student: string;
  readonly task: string;
  readonly data: string;
  readonly out: string;
  readonly steps: number;
  readonly batch: number;
  readonly virtualTokens: number;
  readonly optimiser: TuneOptions['optimiser'];
  readonly learningRate: number;
  readonly init: PromptInitialisation;
  readonly seed: number;
  readonly microbatch: number;
  readonly threads?: number;
  readonly health?: string;
  readonly ledger: string;
}

const ABOUT_PUBLIC_SIZE = `
The public size is asked for, and never counted: it decides with which probability a record takes part in a step, and that
is printed in the prompt folder. Counted from the data, it would differ between two data sets that differ in one record, and
so tell whether the record is there. Give a round number that anybody may know. A wrong one costs no privacy, only quality:
lots are then larger or smaller than --batch on average.

With --unit-column, what is hidden is no longer one record but one user with all of theirs: lots are drawn by user, and a user
adds one gradient to a step, the mean over at most --unit-examples of their records. --public-size and --batch then count users.
The column must name each person once: whoever has two names in it counts as two.

A run that was interrupted goes on from its last checkpoint when it is started again with the same options.`;

export function registerTune(program: Command): void {
  const { steps, lotSize, virtualTokens, optimiser, learningRate, initialisation, seed, microbatch } = TUNE_DEFAULTS;
  const count = (flag: string) => integerOption(flag, { min: 1 });
  const command = program
    .command('tune')
    .description('tune a soft prompt on a student model with private data')
    .requiredOption('--student <dir>', 'model folder of the student')
    .requiredOption('--task <file>', 'task file: template and label words (YAML or JSON)')
    .requiredOption('--data <file>', 'private texts with labels (JSON Lines, CSV or Parquet)')
    .requiredOption('--out <dir>', 'folder for the prompt; must not exist');
  withPrivacyFlags(command)
    .option(
      '--bands <b>',
      'steps over which noise is correlated, so that it partly cancels; see plan (default: 1)',
      integerOption('--bands', { min: 1, max: MAX_BANDS }),
    )
    .option(
      '--unit-column <column>',
      'names the user of each record, who is hidden as a whole (default: each record is)',
    )
    .option(
      '--unit-examples <k>',
      `most records of a user in a step (default: ${DEFAULT_UNIT_EXAMPLES})`,
      integerOption('--unit-examples', { min: 1, max: MAX_UNIT_EXAMPLES }),
    )
    .option(
      '--budget <e>',
      'cap on epsilon for all runs on these records together; set once (default: none)',
      numberOption('--budget', { above: 0 }),
    )
    .option(
      '--best-of <law>',
      'this is one of several runs, of which the best is used, on this site; see privacy trials (default: one run)',
      trialLaw,
    )
    .option('--ledger <file>', 'privacy ledger (environment: SOFTPOST_LEDGER)', defaultLedgerFile())
    .option('--no-dp', 'tune WITHOUT privacy; the prompt says so')
    .option('--steps <n>', 'number of steps', count('--steps'), steps)
    .option('--batch <n>', 'records, or users, expected in a lot', count('--batch'), lotSize)
    .option('--virtual-tokens <n>', 'length of the prompt', count('--virtual-tokens'), virtualTokens)
    .addOption(
      new Option('--optimiser <name>', 'adam-bc takes the noise out of the second moment')
        .choices(OPTIMISERS)
        .default(optimiser),
    )
    .option(
      '--learning-rate <r>',
      'of Adam, in units of the size of an embedding',
      numberOption('--learning-rate', { above: 0 }),
      learningRate,
    )
    .addOption(
      new Option('--init <how>', 'where the prompt starts').choices(PROMPT_INITIALISATIONS).default(initialisation),
    )
    .option('--seed <n>', 'of the first prompt, never of sampling or noise', integerOption('--seed', { min: 0 }), seed)
    .option(
      '--microbatch <n>',
      'most records in one pass; changes speed and memory only',
      count('--microbatch'),
      microbatch,
    )
    .option('--health <file>', 'write a PRIVATE report of lots and gradients (JSON); must not exist')
    .option(...threadsOption)
    .addHelpText('after', ABOUT_PUBLIC_SIZE);

  setAction(command, {
    run: async (flags: TuneFlags, context) => {
      const options = tuneOptions(flags);
      if (options.privacy.dp && flags.publicSize === undefined) {
        const units = flags.unitColumn === undefined ? 'records' : 'users';
        const message = `--public-size is not given: ${DEFAULT_PUBLIC_SIZE} ${units} are assumed (see --help)`;
        context.report({ kind: 'message', level: 'warning', message });
      }
      return inComputeProcess<TuneOptions, TuneReport>(
        new URL('../compute.ts', import.meta.url),
        'tune',
        options,
        context,
      );
    },
    text: tuneText,
  });
}

function tuneOptions(flags: TuneFlags): TuneOptions {
  return {
    studentDir: flags.student,
    taskFile: flags.task,
    dataFile: flags.data,
    outDir: flags.out,
    keyFile: signingKeyFile(),
    privacy: privacyOptions(flags),
    ledgerFile: flags.ledger,
    budget: flags.budget,
    virtualTokens: flags.virtualTokens,
    steps: flags.steps,
    lotSize: flags.batch,
    optimiser: flags.optimiser,
    learningRate: flags.learningRate,
    initialisation: flags.init,
    seed: flags.seed,
    microbatch: flags.microbatch,
    threads: flags.threads,
    healthFile: flags.health,
  };
}
