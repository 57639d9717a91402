/** @file `softpost-owner predict`: the teacher's answer, with a transferred prompt. The texts leave the site, and the command says so. */

import { setAction } from '@softpost/shared/commands/cli';
import { SoftpostError } from '@softpost/shared/errors';
import type { Command } from 'commander';
import { asId } from '../ids.ts';
import type { Predictions } from '../use/predict.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

interface PredictFlags extends SiteFlags {
  readonly texts: readonly string[];
  readonly prompt: string;
  readonly text?: readonly string[];
  readonly file?: string;
}

const ABOUT = `
The texts are sent to the provider, who can read them; no epsilon covers that. To score private texts without sending them, evaluate the student's
prompt on the student: softpost-owner evaluate.`;

export function registerPredict(program: Command): void {
  const command = withConfigFlag(program.command('predict'))
    .description('send texts to the teacher, and get their labels')
    .argument('[texts...]', 'texts; - reads them from standard input, one a line')
    .requiredOption('--prompt <id>', 'the transferred prompt')
    .option('--text <text...>', 'texts')
    .option('--file <file>', 'a text file, one text a line')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async (
      { texts: words, text = [], file, prompt, ...flags }: PredictFlags,
      { report },
    ): Promise<Predictions> => {
      const [{ textsToSend }, { predict }, { linesOf, textsOf }] = await Promise.all([
        import('../use/inference-text.ts'),
        import('../use/predict.ts'),
        import('./texts-to-read.ts'),
      ]);
      const promptId = asId('--prompt', prompt);
      const given = [...(await textsOf(words)), ...text, ...(file === undefined ? [] : await linesOf(file))];
      if (given.length === 0) throw new SoftpostError('BAD_OPTION', 'there is no text: give some, - or --file');
      const texts = textsToSend(given);
      return withSite(flags, ({ egress, config }) => {
        const leave = given.length === 1 ? '1 text leaves' : `${given.length} texts leave`;
        const message = `${leave} this site: ${config.provider.address} can read ${given.length === 1 ? 'it' : 'them'}`;
        report({ kind: 'message', level: 'warning', message });
        return predict(egress, promptId, texts);
      });
    },
    text: ({ predictions }) => {
      const width = Math.max(...predictions.map(({ label }) => label.length));
      return predictions
        .map(({ label, scores }) => {
          const all = scores.map((score) => `${score.label} ${score.probability.toFixed(4)}`);
          return `${label.padEnd(width)}  (${all.join(', ')})`;
        })
        .join('\n');
    },
  });
}
