/** @file `softpost-provider distill`: STEP 1, a small student from a large model. */

import { setAction } from '@softpost/shared/commands/cli';
import { inComputeProcess } from '@softpost/shared/commands/in-compute-process';
import { integerListOption, integerOption, numberOption, threadsOption } from '@softpost/shared/commands/options';
import { SoftpostError } from '@softpost/shared/errors';
import { type Command, Option } from 'commander';
import { DISTILL_DEFAULTS, FREEZING, type DistillOptions, type Freezing } from '../distill/distill-options.ts';
import type { DistillReport } from '../distill/distill.ts';

interface DistillFlags {
  readonly teacher: string;
  readonly corpus: string;
  readonly out: string;
  readonly layers?: readonly number[];
  readonly freeze: Freezing;
  readonly steps: number;
  readonly batch: number;
  readonly length: number;
  readonly learningRate: number;
  readonly weights: readonly number[];
  readonly temperature: number;
  readonly seed: number;
  readonly checkpointEvery: number;
  readonly maxLogitBytes: number;
  readonly threads?: number;
}

const ABOUT_FREEZING = `
The student's embeddings, norms and head start as the teacher's. With --freeze head the embedding trains and the head stays a
copy of the teacher's (what the paper found best); a model that shares one matrix for both then gets two, and a larger file.

A run that was interrupted goes on from its last checkpoint when it is started again with the same options.`;

export function registerDistill(program: Command): void {
  const { weights, ...defaults } = DISTILL_DEFAULTS;
  const count = (flag: string) => integerOption(flag, { min: 1 });
  const command = program
    .command('distill')
    .description('distil a small student model from a teacher')
    .requiredOption('--teacher <dir>', 'model folder of the teacher')
    .requiredOption('--corpus <file>', 'plain text, one paragraph a line')
    .requiredOption('--out <dir>', 'folder for the student; must not exist')
    .option(
      '--layers <list>',
      'teacher layers to keep, such as 0,7 (default: first and last; two of each of 24 or more)',
      integerListOption('--layers', { min: 0 }),
    )
    .addOption(
      new Option('--freeze <what>', 'matrices that stay as they are').choices(FREEZING).default(defaults.freeze),
    )
    .option('--steps <n>', 'number of steps', integerOption('--steps', { min: 0 }), defaults.steps)
    .option('--batch <n>', 'sequences in a step', count('--batch'), defaults.batch)
    .option('--length <n>', 'tokens in a sequence', integerOption('--length', { min: 2 }), defaults.length)
    .option(
      '--learning-rate <r>',
      'peak of AdamW',
      numberOption('--learning-rate', { above: 0 }),
      defaults.learningRate,
    )
    .option('--weights <list>', 'of KL, language-model and cosine loss', lossWeights, [
      weights.kl,
      weights.lm,
      weights.cosine,
    ])
    .option('--temperature <t>', 'of the KL loss', numberOption('--temperature', { above: 0 }), defaults.temperature)
    .option('--seed <n>', 'of data order, held-out text and masks', integerOption('--seed', { min: 0 }), defaults.seed)
    .option('--checkpoint-every <n>', 'steps', count('--checkpoint-every'), defaults.checkpointEvery)
    .option(
      '--max-logit-bytes <n>',
      'of one array of logits; all of them take 16 times as much',
      integerOption('--max-logit-bytes', { min: 1, max: 2 ** 32 }),
      defaults.maxLogitBytes,
    )
    .option(...threadsOption)
    .addHelpText('after', ABOUT_FREEZING);

  setAction(command, {
    run: (flags: DistillFlags, context) =>
      inComputeProcess<DistillOptions, DistillReport>(
        new URL('../compute.ts', import.meta.url),
        'distill',
        distillOptions(flags),
        context,
      ),
    text: distillText,
  });
}

function distillOptions(flags: DistillFlags): DistillOptions {
  const [kl, lm, cosine] = flags.weights as [number, number, number];
  return {
    ...DISTILL_DEFAULTS,
    teacherDir: flags.teacher,
    corpusFile: flags.corpus,
    outDir: flags.out,
    layers: flags.layers,
    freeze: flags.freeze,
    steps: flags.steps,
    batch: flags.batch,
    length: flags.length,
    learningRate: flags.learningRate,
    weights: { kl, lm, cosine },
    temperature: flags.temperature,
    seed: flags.seed,
    checkpointEvery: flags.checkpointEvery,
    maxLogitBytes: flags.maxLogitBytes,
    threads: flags.threads,
  };
}

/** @throws BAD_OPTION unless the text is three numbers with commas between, such as `5,2,1`. */
function lossWeights(text: string): readonly number[] {
  const numbers = text.split(',').map(numberOption('--weights', { min: 0 }));
  if (numbers.length === 3) return numbers;
  throw new SoftpostError('BAD_OPTION', `--weights must be three numbers such as 5,2,1, got "${text}"`);
}

function distillText({ teacher, layers, parameters, heldOut: { before, after } }: DistillReport): string {
  const millions = (count: number): string => `${(count / 1e6).toFixed(1)} M`;
  return [
    `student     layers ${layers.join(',')} of ${teacher.layers}, ${millions(parameters.total)} parameters, ${millions(parameters.trained)} of them trained`,
    `held out    before    after    teacher`,
    `perplexity  ${before.studentPerplexity.toFixed(2)}  ${after.studentPerplexity.toFixed(2)}  ${after.teacherPerplexity.toFixed(2)}`,
    `agreement   ${before.agreement.toFixed(3)}  ${after.agreement.toFixed(3)}`,
    `KL          ${before.kl.toFixed(3)}  ${after.kl.toFixed(3)}`,
  ].join('\n');
}
