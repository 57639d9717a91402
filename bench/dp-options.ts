/**
 * @file What the options of DP-SGD bring in accuracy at the same epsilon, on the student of `bench:quality`:
 *   npm run bench:dp-options -- [--seeds 3] [--sets sst2,arisetv] [--threads N] [--out DIR]
 * The learning rate of each option and epsilon is the one with the highest accuracy on a public set, tuned alike; then the private
 * set is tuned with it, once a seed. Every number goes to DIR/results.jsonl at once; run again, it goes on where it stopped.
 */

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { accuracyOf, tuneOn, type PrivateTask, type StepContext } from '../demo/private-transfer.ts';
import { EPSILONS, LEARNING_RATES, NO_DP, OPTIONS, trainingFor, type DpOption } from './dp-options/options.ts';
import { optionsTable, type Cell } from './dp-options/table.ts';
import { DATA, PAIRS, writeTask, type Pair } from './quality/pairs.ts';
import { benchStudent } from './quality/student.ts';
import { openResults } from './results-file.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    sets: { type: 'string', default: 'sst2,arisetv' },
    teacher: { type: 'string', default: resolve(import.meta.dirname, '../models/softpost-ref-clm-8m') },
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
const results = await openResults<Key, { readonly accuracy: number }>(join(out, 'results.jsonl'));
const studentDir = await benchStudent(values.teacher, out, threads, context);

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
  const found: Cell[] = [];
  for (const epsilon of EPSILONS) {
    const column = `${privateSet}, ε = ${epsilon}`;
    found.push({ row: 'zero-shot', column, accuracies: [floor.accuracy] });
    for (const option of OPTIONS) found.push({ row: option.name, column, ...(await bestOf(option, epsilon)) });
    found.push({ row: NO_DP.name, column, ...(await bestOf(NO_DP, Infinity)) });
  }
  return found;

  async function bestOf(option: DpOption, epsilon: number): Promise<Pick<Cell, 'accuracies' | 'learningRate'>> {
    const tried: { readonly learningRate: number; readonly accuracy: number }[] = [];
    for (const rate of LEARNING_RATES) tried.push(await measure(open, option, epsilon, rate, 1));
    const { learningRate } = tried.reduce((best, other) => (other.accuracy > best.accuracy ? other : best));
    const accuracies: number[] = [];
    for (const seed of seeds) accuracies.push((await measure(hidden, option, epsilon, learningRate, seed)).accuracy);
    return { accuracies, learningRate };
  }
}

async function settingOf(set: string, publicSize: number, scoredOn: 'validation' | 'test'): Promise<Setting> {
  const file = (part: string): string => join(DATA, set, `${part}.jsonl`);
  const task = {
    teacherDir: values.teacher,
    studentDir,
    taskFile: await writeTask(set, out, MAX_LENGTH),
    trainFile: file('train'),
    testFile: file(scoredOn),
    // Nothing is transferred here.
    publicFile: file('train'),
    workDir: join(out, set),
    virtualTokens: 20,
    threads,
  };
  return { set, publicSize, task };
}

function measure(
  { set, publicSize, task }: Setting,
  option: DpOption,
  epsilon: number,
  learningRate: number,
  seed: number,
): Promise<{ readonly accuracy: number; readonly learningRate: number }> {
  const privacy = epsilon === Infinity ? 'infinite' : epsilon;
  return results.measure({ set, option: option.name, epsilon: privacy, learningRate, seed }, async () => {
    const name = `${option.name}-${privacy}-${learningRate}-${seed}`.replaceAll(/[^\w.-]+/g, '_');
    const training = { ...trainingFor(option, { epsilon, publicSize }), learningRate, seed };
    const { promptDir } = await tuneOn('student', task, name, training, context);
    return { accuracy: await accuracyOf(task, studentDir, promptDir, context) };
  });
}
