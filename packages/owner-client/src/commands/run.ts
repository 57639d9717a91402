/** @file `softpost-owner run`: the whole owner side in one command, to be run again after whatever happens. */

import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import type { RunReport } from '../run/run.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

const ABOUT = `
Fetches the student, tunes the prompt, submits it, follows the transfer, and gets the teacher's prompt, as the part \`run\` of the configuration says. What is
done is not done again: after an interruption, run the same command once more.`;

export function registerRun(program: Command): void {
  const command = withConfigFlag(program.command('run'))
    .description('fetch, tune, submit, watch and verify, as the configuration says')
    .option('--again', 'submit once more if the transfer failed or was refused; it costs no epsilon')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ again = false, ...flags }: SiteFlags & { readonly again?: boolean }, context): Promise<RunReport> => {
      const { runAll } = await import('../run/run.ts');
      return withSite(flags, (site) => runAll(site, { again }, context));
    },
    text: ({ promptId, promptDir, studentPromptDir, jobId, epsilon, local }) =>
      [
        `prompt   ${promptId}, also in ${promptDir}`,
        `from     ${studentPromptDir}, by job ${jobId}`,
        `privacy  ${epsilon === null ? 'NONE: the prompt may give single records away' : `epsilon ${epsilon}`}`,
        ...(local === undefined
          ? []
          : [
              '',
              `  private: the student's prompt is right on ${(100 * local.accuracy).toFixed(2)} % of ${local.n} texts`,
            ]),
      ].join('\n'),
  });
}
