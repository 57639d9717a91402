/** @file `evaluate` and `logits`: what a model says, with or without a soft prompt. Both parties have these commands. */

import type { Command } from 'commander';
import type { Evaluation, EvaluateOptions } from '../scoring/evaluate.ts';
import type { Logits, LogitsOptions } from '../scoring/logits.ts';
import { setAction } from './cli.ts';
import { inComputeProcess } from './in-compute-process.ts';
import { integerOption, threadsOption } from './options.ts';

interface ModelFlags {
  readonly model: string;
  readonly prompt?: string;
  readonly threads?: number;
}

interface EvaluateFlags extends ModelFlags {
  readonly task: string;
  readonly data: string;
  readonly batch?: number;
}

export interface ScoringCommands {
  /** Module that serves `evaluate` and `logits` as compute tasks. */
  readonly compute: URL;
  /** Said with every accuracy. */
  readonly notice?: string;
}

export function registerScoring(program: Command, { compute, notice }: ScoringCommands): void {
  const evaluate = program
    .command('evaluate')
    .description('accuracy of a model on a labelled file, with or without a soft prompt');
  setAction(
    withModelFlags(evaluate)
      .requiredOption('--task <file>', 'task file: template and label words (YAML or JSON)')
      .requiredOption('--data <file>', 'texts with labels (JSON Lines, CSV or Parquet)')
      .option('--batch <n>', 'texts in one pass (default: 32)', integerOption('--batch', { min: 1 })),
    {
      run: ({ model, prompt, task, data, batch, threads }: EvaluateFlags, context) => {
        if (notice !== undefined) context.report({ kind: 'message', level: 'info', message: notice });
        const options = {
          modelDir: model,
          promptDir: prompt,
          taskFile: task,
          dataFile: data,
          batchSize: batch,
          threads,
        };
        return inComputeProcess<EvaluateOptions, Evaluation>(compute, 'evaluate', options, context);
      },
      text: evaluationText,
    },
  );

  const logits = program.command('logits').description('the logits of the next token, or of the masked one');
  setAction(
    withModelFlags(logits).requiredOption(
      '--text <str>',
      'taken as it is; for a masked model {mask} stands for its mask token',
    ),
    {
      run: ({ model, prompt, text, threads }: ModelFlags & { readonly text: string }, context) =>
        inComputeProcess<LogitsOptions, Logits>(
          compute,
          'logits',
          { modelDir: model, promptDir: prompt, text, threads },
          context,
        ),
      text: logitsText,
    },
  );
}

function withModelFlags(command: Command): Command {
  return command
    .requiredOption('--model <dir>', 'model folder as Hugging Face writes it')
    .option('--prompt <dir>', 'soft prompt: a PEFT prompt-tuning folder')
    .option(...threadsOption);
}

function evaluationText({ accuracy, n, confusion }: Evaluation): string {
  const width = String(n).length + 2;
  const rows = confusion.map((row) => row.map((count) => String(count).padStart(width)).join(''));
  return [
    `accuracy   ${(100 * accuracy).toFixed(2)} % of ${n} texts`,
    'confusion  a row for each label, a column for each prediction, in the order of the task file',
    ...rows.map((row) => `         ${row}`),
  ].join('\n');
}

/** The highest ones; `--json` gives them all. */
function logitsText({ inputIds, position, logits }: Logits): string {
  const highest = logits
    .map((logit, id) => ({ id, logit }))
    .toSorted((a, b) => b.logit - a.logit)
    .slice(0, 10);
  return [
    `position ${position} of ${inputIds.length} tokens: ${inputIds.join(' ')}`,
    ...highest.map(({ id, logit }) => `token ${String(id).padStart(6)}  ${logit.toFixed(4)}`),
  ].join('\n');
}
