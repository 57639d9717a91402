/** @file The whole transfer on the real reference model, with a student of two of its layers. */
import { appendFile, cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelDigest, tokenizerDigest } from '@softpost/shared/artifact/model-digest';
import { SoftpostError } from '@softpost/shared/errors';
import { readPromptFolder, writePromptFolder } from '@softpost/shared/artifact/prompt-folder';
import type { RunEvent } from '@softpost/shared/events';
import { beforeAll, expect, test } from 'vitest';
import { DISTILL_DEFAULTS } from '../distill/distill-options.ts';
import { distill } from '../distill/distill.ts';
import { TRANSFER_DEFAULTS, type TransferOptions } from './transfer-options.ts';
import { transfer, type TransferReport } from './transfer.ts';

const teacherDir = join(import.meta.dirname, '../../../../models/softpost-ref-clm-8m');
const quiet = { emit: () => undefined, signal: new AbortController().signal };
const topics = ['the old captain', 'a new film', 'our last meeting', 'the price of oil', 'my sister', 'this year'];
const lines = Array.from(
  { length: 40 },
  (_, index) => `${topics[index % 6]} came in number ${index} and was ${index % 3 ? 'good' : 'bad'}.`,
);

const corpus = Array.from(
  { length: 400 },
  (_, index) => `In the year ${1500 + index} ${topics[index % 6]} was seen by many, and written about.`,
);

/** Runs until the event that `last` is true of, then stops as a user does. */
async function interrupted(options: TransferOptions, last: (event: RunEvent) => boolean): Promise<void> {
  const controller = new AbortController();
  const emit = (event: RunEvent): void => {
    if (last(event)) controller.abort(new SoftpostError('CANCELLED', 'stopped by the test'));
  };
  await expect(transfer(options, { emit, signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(existsSync(options.outDir)).toBe(false);
}

/** What runs of the same options have in common. */
async function outcome({ promptDir, ...report }: TransferReport): Promise<unknown> {
  return { ...report, files: await Promise.all(FILES.map((name) => readFile(join(promptDir, name), 'hex'))) };
}

const FILES = ['adapter_model.safetensors', 'softpost.json'];

let work: string;
let base: TransferOptions;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'softpost-transfer-'));
  const corpusFile = join(work, 'corpus.txt');
  await writeFile(corpusFile, corpus.join('\n'));
  const studentDir = join(work, 'student');
  await distill(
    { ...DISTILL_DEFAULTS, teacherDir, corpusFile, outDir: studentDir, steps: 2, batch: 2, length: 32, threads: 1 },
    quiet,
  );
  const taskFile = join(work, 'task.json');
  const labels = [
    { name: 'bad', words: ['bad'] },
    { name: 'good', words: ['good'] },
  ];
  await writeFile(
    taskFile,
    JSON.stringify({ name: 'mood', template: '{text} It was', labels, initText: 'good or bad', maxLength: 24 }),
  );
  const publicFile = join(work, 'public.txt');
  await writeFile(publicFile, lines.join('\n'));
  const promptDir = join(work, 'student-prompt');
  const embeddings = Float32Array.from({ length: 4 * 256 }, (_, index) => 0.1 * Math.sin(index));
  await writePromptFolder(
    promptDir,
    { embeddings, virtualTokens: 4, hiddenSize: 256 },
    {
      version: 1,
      task: 'mood',
      step: 'tune',
      belongsTo: 'student',
      model: { name: 'student', objective: 'causal' },
      digests: { student: await modelDigest(studentDir), tokenizer: await tokenizerDigest(studentDir) },
      privacy: {
        dp: true,
        epsilon: 8,
        delta: 1e-5,
        noiseMultiplier: 1,
        samplingRate: 0.1,
        steps: 5,
        clipNorm: 1,
        accountant: 'rdp',
      },
      details: {},
    },
  );
  base = {
    ...TRANSFER_DEFAULTS,
    teacherDir,
    studentDir,
    promptDir,
    publicFile,
    taskFile,
    outDir: join(work, 'out'),
    alpha: 0.5,
    steps: 30,
    batchSize: 8,
    threads: 1,
  };
}, 120_000);

test(
  'the held-out loss falls, and the prompt carries the privacy of the student’s prompt',
  { timeout: 60_000 },
  async () => {
    const report = await transfer({ ...base, outDir: join(work, 'falls') }, quiet);
    const [[, first], last] = [report.heldOutCurve[0]!, report.heldOutCurve.at(-1)!];
    expect(last[1]).toBeLessThan(first);
    // 8 of 40 texts are too few to decide, however alike they are.
    expect(report.quality).toMatchObject({ n: 8, verdict: 'unsure' });
    const { prompt, card } = await readPromptFolder(report.promptDir);
    expect(prompt.virtualTokens).toBe(4);
    expect(card).toMatchObject({ step: 'transfer', belongsTo: 'teacher', privacy: { dp: true, epsilon: 8 } });
  },
);

// Kills: float64 numbers that a checkpoint rounds, steps done that a stop forgets, and losses of the last part only.
test('an interrupted transfer goes on, and ends with the same prompt and report', { timeout: 120_000 }, async () => {
  const undisturbed = await transfer({ ...base, outDir: join(work, 'undisturbed') }, quiet);
  const options = { ...base, outDir: join(work, 'interrupted') };
  await interrupted(options, (event) => event.kind === 'progress' && event.phase === 'transfer' && event.step === 27);
  const steps: number[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress' && event.phase === 'transfer') steps.push(event.step);
  };
  const resumed = await transfer(options, { ...quiet, emit });
  expect(steps).toEqual([28, 29, 30]);
  expect(await outcome(resumed)).toEqual(await outcome(undisturbed));
});

// Kills: NaN that is trained on to the end, and saved.
test('losses that are not finite end the transfer, and nothing is left', { timeout: 60_000 }, async () => {
  const options = { ...base, outDir: join(work, 'non-finite'), learningRate: 1e40 };
  await expect(transfer(options, quiet)).rejects.toMatchObject({ code: 'NON_FINITE' });
  expect(await readdir(work)).not.toContainEqual(expect.stringContaining('non-finite'));
});

test('alpha is chosen on a proxy task when asked to be', { timeout: 120_000 }, async () => {
  const { alpha, calibration } = await transfer(
    { ...base, alpha: 'auto', steps: 4, outDir: join(work, 'auto') },
    quiet,
  );
  expect(calibration!.accuracies.map((trial) => trial.alpha)).toContain(alpha);
});

test('a prompt of another student, an existing output and too few texts are refused', async () => {
  const changed = join(work, 'another-student');
  await cp(base.studentDir, changed, { recursive: true });
  await appendFile(join(changed, 'config.json'), ' ');
  await expect(transfer({ ...base, studentDir: changed }, quiet)).rejects.toMatchObject({ code: 'PROMPT_MISMATCH' });
  await expect(transfer({ ...base, outDir: base.studentDir }, quiet)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  const publicFile = join(work, 'one.txt');
  await writeFile(publicFile, 'only this');
  await expect(transfer({ ...base, publicFile }, quiet)).rejects.toMatchObject({ code: 'BAD_DATA_FILE' });
  expect(existsSync(base.outDir)).toBe(false);
});
