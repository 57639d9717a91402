/**
 * @file What the options of DP-SGD bring in accuracy at the same epsilon, on the student of the reference model:
 *   npm run bench:dp-options -- [--seeds 3] [--sets sst2,arisetv] [--student DIR] [--threads N] [--out DIR]
 * The learning rate of each option is the one with the highest accuracy on a public set, tuned alike at the largest epsilon; then the
 * private set is tuned with it, once a seed and epsilon. Every number goes to DIR/results.jsonl at once; run again, it goes on where it stopped.
 */

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { modelDigest } from '@softpost/shared/artifact/model-digest';
import { accuracyOf, tuneOn, type PrivateTask, type StepContext } from '../demo/private-transfer.ts';
import { EPSILONS, LEARNING_RATES, NO_DP, OPTIONS, trainingFor, type DpOption } from './dp-options/options.ts';
import { optionsTable, type Cell } from './dp-options/table.ts';
import { DATA, PAIRS, writeTask, writeUnseen, type Pair } from './quality/pairs.ts';
import { openResults } from './results-file.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    sets: { type: 'string', default: 'sst2,arisetv' },
    student: { type: 'string', default: resolve(import.meta.dirname, '../models/softpost-ref-clm-student') },
    threads: { type: 'string' },
    out: { type: 'string', default: 'bench-output/dp-options' },
  },
});
const MAX_LENGTH = 48;
/** Public constants near the sizes of the public sets. */
const PUBLIC_SIZES: Readonly<Record<string, number>> = { imdb: 5000, agnews: 4000 };

interface Key {
  readonly set: string;
  readonly option: string;
  /** Zero where nothing was trained, 'infinite' without privacy. */
  readonly epsilon: number | 'infinite';
  readonly learningRate: number;
  readonly seed: number;
}

/** A set in the role of the private one. */
interface Setting {
  readonly set: string;
  readonly publicSize: number;
  readonly task: PrivateTask;
}

const out = resolve(values.out);
const threads = values.threads === undefined ? undefined : Number(values.threads);
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const context: StepContext = { emit: () => undefined, signal: new AbortController().signal };
const studentDir = values.student;
const results = await openResults<Key, { readonly accuracy: number }>(join(out, 'results.jsonl'), {
  student: await modelDigest(studentDir),
});

const cells: Cell[] = [];
for (const pair of PAIRS.filter(({ privateSet }) => values.sets.split(',').includes(privateSet))) {
  cells.push(...(await compare(pair)));
}
console.log(optionsTable(cells));

async function compare({ privateSet, publicSet, publicSize }: Pair): Promise<readonly Cell[]> {
  const open = await settingOf(publicSet, PUBLIC_SIZES[publicSet]!, 'validation');
  const hidden = await settingOf(privateSet, publicSize, 'test');
  const key = { set: privateSet, option: 'zero-shot', epsilon: 0, learningRate: 0, seed: 0 };
  const floor = await results.measure(key, async () => ({
    accuracy: await accuracyOf(hidden.task, studentDir, undefined, context),
  }));
  const rates = new Map<DpOption, number>();
  for (const option of [...OPTIONS, NO_DP]) rates.set(option, await bestRate(open, option));
  const tuned = async (option: DpOption, epsilon: number, seed: number): Promise<number> =>
    (await measure(hidden, option, { epsilon, learningRate: rates.get(option)!, seed })).accuracy;
  const rows = EPSILONS.flatMap((epsilon) =>
    OPTIONS.map((option) => ({ option, epsilon, accuracies: [] as number[] })),
  );
  const ceiling: number[] = [];
  for (const seed of seeds) {
    for (const { option, epsilon, accuracies } of rows) accuracies.push(await tuned(option, epsilon, seed));
    ceiling.push(await tuned(NO_DP, Infinity, seed));
  }
  const columnOf = (epsilon: number): string => `${privateSet}, ε = ${epsilon}`;
  const everywhere = (row: string, accuracies: readonly number[], learningRate?: number): readonly Cell[] =>
    EPSILONS.map((epsilon) => ({ row, column: columnOf(epsilon), accuracies, learningRate }));
  return [
    ...everywhere('zero-shot', [floor.accuracy]),
    ...rows.map(({ option, epsilon, accuracies }) => ({
      row: option.name,
      column: columnOf(epsilon),
      accuracies,
      learningRate: rates.get(option),
    })),
    ...everywhere(NO_DP.name, ceiling, rates.get(NO_DP)),
  ];
}

/** By accuracy on the public set, in one run a rate. */
async function bestRate(open: Setting, option: DpOption): Promise<number> {
  const epsilon = option === NO_DP ? Infinity : EPSILONS[0];
  let best = { learningRate: 0, accuracy: -1 };
  for (const learningRate of LEARNING_RATES) {
    const tried = await measure(open, option, { epsilon, learningRate, seed: 1 });
    if (tried.accuracy > best.accuracy) best = tried;
  }
  return best.learningRate;
}

async function settingOf(set: string, publicSize: number, scoredOn: 'validation' | 'test'): Promise<Setting> {
  const trainFile = join(DATA, set, 'train.jsonl');
  const task = {
    studentDir,
    taskFile: await writeTask(set, out, MAX_LENGTH),
    trainFile,
    testFile: await writeUnseen(set, scoredOn, out),
    // Nothing is transferred here.
    teacherDir: studentDir,
    publicFile: trainFile,
    workDir: join(out, set),
    virtualTokens: 20,
    threads,
  };
  return { set, publicSize, task };
}

function measure(
  { set, publicSize, task }: Setting,
  option: DpOption,
  { epsilon, learningRate, seed }: { readonly epsilon: number; readonly learningRate: number; readonly seed: number },
): Promise<{ readonly accuracy: number; readonly learningRate: number }> {
  const privacy = epsilon === Infinity ? 'infinite' : epsilon;
  return results.measure({ set, option: option.name, epsilon: privacy, learningRate, seed }, async () => {
    const name = `${option.name}-${privacy}-${learningRate}-${seed}`.replaceAll(/[^\w.-]+/g, '_');
    const training = { ...trainingFor(option, { epsilon, publicSize }), learningRate, seed };
    const { promptDir } = await tuneOn('student', task, name, training, context);
    return { accuracy: await accuracyOf(task, studentDir, promptDir, context) };
  });
}
