/** @file `softpost-owner generate`: a text that the teacher goes on with. The text leaves the site, and the command says so. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption, numberOption } from '@softpost/shared/commands/options';
import type { Command } from 'commander';
import type { GenerateChoices } from '../egress.ts';
import { asId } from '../ids.ts';
import type { Completion } from '../use/generate.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

interface GenerateFlags extends SiteFlags, GenerateChoices {
  readonly text: string;
  readonly prompt: string;
  readonly stop?: readonly string[];
  readonly json?: true;
}

const ABOUT = `
The text and the stops are sent to the provider, who can read them; no epsilon covers that. What the teacher writes comes to stdout as it is written;
with --json also as lines {"kind":"text","text":…} on stderr, and whole in the document at the end. Without --temperature the likeliest token is taken
each time; with it, the same --seed gives the same text.`;

export function registerGenerate(program: Command): void {
  const command = withConfigFlag(program.command('generate'))
    .description('send a text to the teacher, and get what it goes on with')
    .argument('<text>', 'the text; - reads it from standard input')
    .requiredOption('--prompt <id>', 'the transferred prompt')
    .option('--max-tokens <n>', 'most tokens (default: 64)', integerOption('--max-tokens', { min: 1, max: 1024 }))
    .option(
      '--temperature <t>',
      'of the draw of each token (default: 0, no draw)',
      numberOption('--temperature', { min: 0, max: 2 }),
    )
    .option(
      '--top-p <p>',
      'draw among the likeliest tokens, with this probability together (default: 1)',
      numberOption('--top-p', { above: 0, max: 1 }),
    )
    .option('--stop <text...>', 'ends before the first of these')
    .option('--seed <n>', 'of the draws (default: random)', integerOption('--seed', { min: 0 }))
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async (
      { text: word, stop, prompt, json, ...flags }: GenerateFlags,
      { report, signal },
    ): Promise<Completion> => {
      const [{ textToComplete }, { generate }, { textOf }] = await Promise.all([
        import('../use/inference-text.ts'),
        import('../use/generate.ts'),
        import('./texts-to-read.ts'),
      ]);
      const promptId = asId('--prompt', prompt);
      const text = textToComplete(await textOf(word), stop);
      return withSite(flags, ({ egress, config }) => {
        const message = `1 text leaves this site: ${config.provider.address} can read it`;
        report({ kind: 'message', level: 'warning', message });
        return generate(egress, promptId, text, flags, { signal, onText: json ? lineOf : textAsItIs });
      });
    },
    // The rest of it stands there already.
    text: () => '',
  });
}

function textAsItIs(text: string): void {
  process.stdout.write(text);
}

function lineOf(text: string): void {
  process.stderr.write(`${JSON.stringify({ kind: 'text', text })}\n`);
}
