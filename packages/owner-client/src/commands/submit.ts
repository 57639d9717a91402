/** @file `softpost-owner submit`: gives a tuned prompt to the provider, who transfers it to the teacher. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption, numberOption } from '@softpost/shared/commands/options';
import type { TransferChoices } from '@softpost/shared/submission/submission';
import { type Command, Option } from 'commander';
import { DEFAULT_CHOICES } from '../release/default-choices.ts';
import { jobText } from './jobs.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

interface SubmitFlags extends SiteFlags {
  readonly prompt: string;
  readonly task: string;
  readonly dataset?: string;
  readonly alpha?: number;
  readonly compare: TransferChoices['compare'];
  readonly steps?: number;
  readonly seed: number;
  readonly dp: boolean;
  readonly again?: boolean;
}

const ABOUT = `
The prompt's values, its receipt and the task file leave this site, and nothing else does. The receipt is checked once more before. The same prompt with the
same choices is submitted once: said again, also after a crash, it gives the same job.`;

export function registerSubmit(program: Command): void {
  const { compare, seed } = DEFAULT_CHOICES;
  const command = withConfigFlag(program.command('submit'))
    .description('give a tuned prompt to the provider, for the transfer to the teacher')
    .requiredOption('--prompt <dir>', 'prompt folder, as tune wrote it')
    .requiredOption('--task <file>', 'task file; it is public')
    .option('--dataset <id>', 'public data set of the provider (default: the provider chooses)')
    .option(
      '--alpha <a>',
      'weight of the second loss (default: chosen without private data)',
      numberOption('--alpha', { min: 0, max: 1 }),
    )
    .addOption(
      new Option('--compare <what>', 'what the losses compare').choices(['vocabulary', 'labels']).default(compare),
    )
    .option(
      '--steps <n>',
      "most steps (default: the provider's)",
      integerOption('--steps', { min: 1, max: 10_000_000 }),
    )
    .option('--seed <n>', 'of the transfer', integerOption('--seed', { min: 0 }), seed)
    .option('--no-dp', 'give a prompt away that was tuned WITHOUT privacy')
    .option('--again', 'one more transfer of what was submitted before')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ prompt, task, dp, again = false, ...flags }: SubmitFlags, context) => {
      const { submit } = await import('../release/submit.ts');
      const options = { promptDir: prompt, taskFile: task, choices: choicesOf(flags), noDp: !dp, again };
      return withSite(flags, (site) => submit(site, options, context));
    },
    text: jobText,
  });
}

function choicesOf({
  dataset,
  alpha,
  compare,
  steps,
  seed,
}: Pick<SubmitFlags, 'dataset' | 'alpha' | 'compare' | 'steps' | 'seed'>): TransferChoices {
  return {
    compare,
    seed,
    ...(dataset === undefined ? {} : { datasetId: dataset }),
    ...(alpha === undefined ? {} : { alpha }),
    ...(steps === undefined ? {} : { steps }),
  };
}
