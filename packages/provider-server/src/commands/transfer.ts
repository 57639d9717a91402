/** @file `softpost-provider transfer`: STEP 3, a prompt for the teacher from a student's prompt and public text. */

import { setAction } from '@softpost/shared/commands/cli';
import { inComputeProcess } from '@softpost/shared/commands/in-compute-process';
import { integerOption, numberOption, threadsOption } from '@softpost/shared/commands/options';
import { PROMPT_INITIALISATIONS } from '@softpost/shared/model/initial-prompt';
import { SoftpostError } from '@softpost/shared/errors';
import { type Command, Option } from 'commander';
import { TRANSFER_DEFAULTS, type TransferOptions } from '../transfer/transfer-options.ts';
import type { TransferReport } from '../transfer/transfer.ts';

interface TransferFlags {
  readonly teacher: string;
  readonly student: string;
  readonly prompt: string;
  readonly publicKey?: string;
  readonly public: string;
  readonly task: string;
  readonly out: string;
  readonly alpha: number | 'auto';
  readonly compare: TransferOptions['compare'];
  readonly proxyTask?: string;
  readonly proxyData?: string;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly init: TransferOptions['initialisation'];
  readonly publicLimit: number;
  readonly seed: number;
  readonly threads?: number;
}

const ABOUT = `
With --alpha auto, alpha is chosen on a proxy task: a labelled public set (--proxy-task and --proxy-data), or else the public
texts as the teacher labels them. No private data is needed, and none is here.

The same student prompt may be transferred to other teachers, at no further epsilon.`;

export function registerTransfer(program: Command): void {
  const { compare, steps, batchSize, learningRate, initialisation, publicLimit, seed, alpha } = TRANSFER_DEFAULTS;
  const count = (flag: string) => integerOption(flag, { min: 1 });
  const share = numberOption('--alpha', { min: 0, max: 1 });
  const command = program
    .command('transfer')
    .description("transfer a student's soft prompt to the teacher with public text")
    .requiredOption('--teacher <dir>', 'model folder of the teacher')
    .requiredOption('--student <dir>', 'model folder of the student the prompt was tuned on')
    .requiredOption('--prompt <dir>', "the owner's soft prompt")
    .requiredOption('--public <file>', 'public texts (JSON Lines, CSV, Parquet or plain lines); labels are not read')
    .requiredOption('--task <file>', 'task file of the private task')
    .requiredOption('--out <dir>', 'folder for the prompt; must not exist')
    .option('--public-key <file>', "the owner's public key (PEM): the prompt's receipt must be signed with it")
    .option(
      '--alpha <auto|0..1>',
      'weight of the second loss',
      (value) => (value === 'auto' ? value : share(value)),
      alpha,
    )
    .addOption(
      new Option('--compare <what>', 'what the losses compare').choices(['vocabulary', 'labels']).default(compare),
    )
    .option('--proxy-task <file>', 'task file of a labelled public set, for --alpha auto')
    .option('--proxy-data <file>', 'that set')
    .option('--steps <n>', 'most steps', count('--steps'), steps)
    .option('--batch <n>', 'public texts in a step', count('--batch'), batchSize)
    .option(
      '--learning-rate <r>',
      'in units of the embeddings',
      numberOption('--learning-rate', { above: 0 }),
      learningRate,
    )
    .addOption(
      new Option('--init <where>', 'where the prompt starts')
        .choices([...PROMPT_INITIALISATIONS, 'student'])
        .default(initialisation),
    )
    .option('--public-limit <n>', 'most public texts used', integerOption('--public-limit', { min: 2 }), publicLimit)
    .option('--seed <n>', 'of order and start', integerOption('--seed', { min: 0 }), seed)
    .option(...threadsOption)
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: (flags: TransferFlags, context) =>
      inComputeProcess<TransferOptions, TransferReport>(
        new URL('../compute.ts', import.meta.url),
        'transfer',
        transferOptions(flags),
        context,
      ),
    text: transferText,
  });
}

/** @throws BAD_OPTION when half of a proxy is given */
function transferOptions(flags: TransferFlags): TransferOptions {
  const { proxyTask, proxyData } = flags;
  if ((proxyTask === undefined) !== (proxyData === undefined)) {
    throw new SoftpostError('BAD_OPTION', '--proxy-task and --proxy-data belong together');
  }
  return {
    teacherDir: flags.teacher,
    studentDir: flags.student,
    promptDir: flags.prompt,
    ownerKeyFile: flags.publicKey,
    publicFile: flags.public,
    taskFile: flags.task,
    outDir: flags.out,
    alpha: flags.alpha,
    compare: flags.compare,
    proxy:
      proxyTask !== undefined && proxyData !== undefined ? { taskFile: proxyTask, dataFile: proxyData } : undefined,
    steps: flags.steps,
    batchSize: flags.batch,
    learningRate: flags.learningRate,
    initialisation: flags.init,
    publicLimit: flags.publicLimit,
    seed: flags.seed,
    threads: flags.threads,
  };
}

function transferText({ promptDir, alpha, bestStep, heldOut, quality }: TransferReport): string {
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return [
    `prompt    ${promptDir}`,
    `alpha     ${alpha}, best step ${bestStep}, held-out L1 ${heldOut.l1.toFixed(4)}, L2 ${heldOut.l2.toFixed(4)}`,
    `verdict   ${quality.verdict}: on ${quality.n} public texts the teacher agrees with the prompted student on ${share(quality.agreement)}, without a prompt on ${share(quality.agreementWithoutPrompt)}`,
  ].join('\n');
}
