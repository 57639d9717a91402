/**
 * @file Quality of POST and its baselines on the benchmark pairs:
 *   npm run bench:quality -- [--seeds 3] [--pairs sst2,trec] [--alphas 0,0.3,0.6,0.9] [--teacher DIR --student DIR] [--threads N] [--out DIR]
 * Every number is written to DIR/results.jsonl as soon as it is measured; run again, it goes on where it stopped.
 */

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { modelDigest } from '@softpost/shared/artifact/model-digest';
import { accuracyOf, transferTo, tuneOn, type PrivateTask, type StepContext } from '../../demo/private-transfer.ts';
import { openResults, type Measured } from '../results-file.ts';
import { DATA, PAIRS, writeTask, writeUnseen, type Pair } from './pairs.ts';
import { qualityTable } from './table.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    pairs: { type: 'string', default: PAIRS.map(({ privateSet }) => privateSet).join(',') },
    alphas: { type: 'string', default: '0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1' },
    teacher: { type: 'string', default: resolve(import.meta.dirname, '../../models/softpost-ref-clm') },
    student: { type: 'string', default: resolve(import.meta.dirname, '../../models/softpost-ref-clm-student') },
    threads: { type: 'string' },
    out: { type: 'string', default: 'bench-output/quality' },
  },
});
const out = resolve(values.out);
const alphas = values.alphas.split(',').map(Number);
const threads = values.threads === undefined ? undefined : Number(values.threads);
const context: StepContext = { emit: () => undefined, signal: new AbortController().signal };

interface Key {
  readonly pair: string;
  readonly seed: number;
  readonly dp: boolean;
  readonly method: string;
}

interface Value {
  readonly accuracy: number;
  readonly note?: string;
}

/** One measured accuracy. */
export type Measurement = Measured<Key, Value>;

const SETTINGS = {
  maxLength: 48,
  virtualTokens: 20,
  tune: { steps: 120, lotSize: 64, learningRate: 0.1, initialisation: 'text' },
  transfer: { steps: 120, batchSize: 16, learningRate: 0.1, initialisation: 'text', publicLimit: 384 },
  privacy: { dp: true, epsilon: 8, delta: 1e-5, clipNorm: 0.3 },
} as const;

const results = await openResults<Key, Value>(join(out, 'results.jsonl'), {
  teacher: await modelDigest(values.teacher),
  student: await modelDigest(values.student),
});
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  for (const pair of PAIRS.filter(({ privateSet }) => values.pairs.split(',').includes(privateSet))) {
    for (const dp of [false, true]) await measurePair(pair, seed, dp);
  }
}
console.log(qualityTable(results.all));

async function measurePair(pair: Pair, seed: number, dp: boolean): Promise<void> {
  const { privateSet, publicSet, publicSize } = pair;
  const task: PrivateTask = {
    teacherDir: values.teacher,
    studentDir: values.student,
    taskFile: await writeTask(privateSet, out, SETTINGS.maxLength),
    trainFile: join(DATA, privateSet, 'train.jsonl'),
    testFile: await writeUnseen(privateSet, 'test', out),
    publicFile: join(DATA, publicSet, 'train.jsonl'),
    workDir: join(out, `${privateSet}-${dp ? 'dp' : 'plain'}-${seed}`),
    virtualTokens: SETTINGS.virtualTokens,
    threads,
  };
  const training = {
    ...SETTINGS.tune,
    seed,
    privacy: dp ? { ...SETTINGS.privacy, publicSize } : ({ dp: false } as const),
  };
  const name = `${privateSet} -> ${publicSet}`;
  const studentPrompt = join(task.workDir, 'student');
  const measure = (method: string, run: () => Promise<Value>): Promise<Measurement> =>
    results.measure({ pair: name, seed, dp, method }, run);
  const post =
    (alpha: number | 'auto', compare: 'vocabulary' | 'labels') =>
    async (): Promise<{ accuracy: number; note: string }> => {
      const {
        promptDir,
        quality,
        bestStep,
        alpha: used,
      } = await transferTo(
        task,
        studentPrompt,
        `post-${compare}-${alpha}`,
        { ...SETTINGS.transfer, seed, alpha, compare },
        context,
      );
      const accuracy = await accuracyOf(task, task.teacherDir, promptDir, context);
      return {
        accuracy,
        note: `alpha ${used}, best step ${bestStep}, ${quality.verdict} ${quality.agreementWithoutPrompt.toFixed(2)} -> ${quality.agreement.toFixed(2)}`,
      };
    };

  await measure('zero-shot', async () => ({ accuracy: await accuracyOf(task, task.teacherDir, undefined, context) }));
  await measure('student zero-shot', async () => ({
    accuracy: await accuracyOf(task, task.studentDir, undefined, context),
  }));
  await measure('compressed PT', async () => {
    await tuneOn('student', task, 'student', training, context);
    return { accuracy: await accuracyOf(task, task.studentDir, studentPrompt, context) };
  });
  await measure('direct', async () => ({ accuracy: await accuracyOf(task, task.teacherDir, studentPrompt, context) }));
  for (const alpha of alphas) await measure(`POST ${alpha}`, post(alpha, 'vocabulary'));
  await measure('POST labels', post(0, 'labels'));
  await measure('POST auto', post('auto', 'vocabulary'));
  await measure('full PT', async () => {
    const { promptDir } = await tuneOn('teacher', task, 'teacher', training, context);
    return { accuracy: await accuracyOf(task, task.teacherDir, promptDir, context) };
  });
}
