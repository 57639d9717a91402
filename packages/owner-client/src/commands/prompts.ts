/** @file `softpost-owner prompts`: the transferred prompts that the provider keeps for this owner. */

import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import type { PromptListing } from '../answers.ts';
import { asId } from '../ids.ts';
import { jobText } from './jobs.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

interface PromptFlags extends SiteFlags {
  readonly prompt: string;
}

interface RetransferFlags extends PromptFlags {
  readonly teacher: string;
  readonly again?: boolean;
}

export function registerPrompts(program: Command): void {
  const prompts = program.command('prompts').description('the transferred prompts that the provider keeps');

  setAction(withConfigFlag(prompts.command('list').description('all prompts')), {
    run: async (flags: SiteFlags) => ({ prompts: await withSite(flags, ({ egress }) => egress.listPrompts()) }),
    text: ({ prompts: all }) => (all.length === 0 ? 'no prompts' : all.map(promptLine).join('\n')),
  });

  const get = withPrompt(
    prompts.command('get').description('one prompt as a PEFT folder, checked against what was submitted'),
  );
  setAction(get.requiredOption('--out <dir>', 'folder for the prompt; must not exist'), {
    run: async ({ prompt, out, ...flags }: PromptFlags & { readonly out: string }) => {
      const { getPrompt } = await import('../use/transferred-prompt.ts');
      return withSite(flags, (site) => getPrompt(site, asId('--prompt', prompt), out));
    },
    text: ({ promptDir, prompt, receipt }) =>
      [
        `prompt   ${promptDir}`,
        `for      ${prompt.teacherId}; judged ${prompt.verdict} on public text`,
        `receipt  holds, for the student prompt of ${receipt.date} that this one was transferred from`,
      ].join('\n'),
  });

  setAction(withPrompt(prompts.command('delete').description('have the provider delete a prompt')), {
    run: async ({ prompt, ...flags }: PromptFlags) => {
      await withSite(flags, ({ egress }) => egress.deletePrompt(asId('--prompt', prompt)));
      return { deleted: prompt };
    },
    text: ({ deleted }) => `deleted ${deleted}`,
  });

  const retransferring = withPrompt(
    prompts.command('retransfer').description('the same submission for another teacher, at no further epsilon'),
  );
  retransferring
    .requiredOption('--teacher <id>', 'the other teacher')
    .option('--again', 'one more transfer to this teacher, as the last one failed or was refused');
  setAction(retransferring, {
    run: async ({ prompt, teacher, again = false, ...flags }: RetransferFlags, context) => {
      const { retransfer } = await import('../use/transferred-prompt.ts');
      const ids = [asId('--prompt', prompt), asId('--teacher', teacher)] as const;
      return withSite(flags, (site) => retransfer(site, ...ids, { again }, context));
    },
    text: jobText,
  });
}

function withPrompt(command: Command): Command {
  return withConfigFlag(command).requiredOption('--prompt <id>', 'the prompt');
}

function promptLine({ promptId, teacherId, taskName, verdict, createTime }: PromptListing): string {
  return `${promptId}  ${createTime}  ${verdict.padEnd(6)}  ${teacherId}  ${taskName}`;
}
