/** @file `softpost-owner predict`: the teacher's answer, with a transferred prompt. The texts leave the site, and the command says so. */

import { setAction } from '@softpost/shared/commands/cli';
import { SoftpostError } from '@softpost/shared/errors';
import type { Command } from 'commander';
import { asId } from '../ids.ts';
import type { Predictions } from '../use/predict.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

interface PredictFlags extends SiteFlags {
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
    .requiredOption('--prompt <id>', 'the transferred prompt')
    .option('--text <text...>', 'texts')
    .option('--file <file>', 'a text file, one text a line')
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async (flags: PredictFlags, { report }): Promise<Predictions> => {
      const [{ textsToSend }, { predict }] = await Promise.all([
        import('../use/inference-text.ts'),
        import('../use/predict.ts'),
      ]);
      const texts = [...(flags.text ?? []), ...(flags.file === undefined ? [] : await readLines(flags.file))];
      if (texts.length === 0) throw new SoftpostError('BAD_OPTION', 'give --text or --file');
      return withSite(flags, ({ egress, config }) => {
        const message = `${texts.length} texts leave this site: ${config.provider.address} can read them`;
        report({ kind: 'message', level: 'warning', message });
        return predict(egress, asId('--prompt', flags.prompt), textsToSend(texts));
      });
    },
    text: ({ predictions }) =>
      predictions
        .map(({ label, scores }) => {
          const all = scores.map((score) => `${score.label} ${score.probability.toFixed(4)}`);
          return `${label}  (${all.join(', ')})`;
        })
        .join('\n'),
  });
}

async function readLines(file: string): Promise<readonly string[]> {
  const { readText } = await import('@softpost/shared/artifact/read-file');
  const text = await readText(file, { maxBytes: 4 << 20, code: 'BAD_DATA_FILE' });
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
