/** @file The whole transfer on the real reference model, with a student of two of its layers. */
import { generateKeyPairSync } from 'node:crypto';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { appendFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelDigest, tokenizerDigest } from '@softpost/shared/artifact/model-digest';
import { openModelFolder } from '@softpost/shared/artifact/model-folder';
import { writeSafetensors, type TensorData } from '@softpost/shared/artifact/safetensors';
import { SoftpostError } from '@softpost/shared/errors';
import { promptDigest, readPromptFolder, writePromptFolder } from '@softpost/shared/artifact/prompt-folder';
import { ownerKey, PRIVATE_BODY } from '@softpost/shared/receipt/receipt.fixture';
import { sealReceipt } from '@softpost/shared/receipt/signed-receipt';
import { readReceipt, statementOf, verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import type { RunEvent } from '@softpost/shared/events';
import { beforeAll, expect, test } from 'vitest';
import { DISTILL_DEFAULTS } from '../distill/distill-options.ts';
import { distill } from '../distill/distill.ts';
import { TRANSFER_DEFAULTS, type TransferOptions } from './transfer-options.ts';
import { transfer, type TransferReport } from './transfer.ts';

const teacherDir = join(import.meta.dirname, '../../../../models/softpost-ref-clm');
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
  const studentDigest = await modelDigest(studentDir);
  await writePromptFolder(
    promptDir,
    { embeddings, virtualTokens: 4, hiddenSize: 256 },
    {
      version: 1,
      task: 'mood',
      step: 'tune',
      belongsTo: 'student',
      model: { name: 'student', objective: 'causal' },
      digests: { student: studentDigest, tokenizer: await tokenizerDigest(studentDir) },
      privacy: statementOf({ ...PRIVATE_BODY, publicKey: '', keyId: studentDigest }),
      details: {},
    },
    (digest) => sealReceipt({ ...PRIVATE_BODY, studentDigest, promptDigest: digest }, ownerKey),
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
    expect(card).toMatchObject({
      step: 'transfer',
      belongsTo: 'teacher',
      privacy: { dp: true, epsilon: PRIVATE_BODY.epsilon.enforced },
    });
    expect(await readReceipt(report.promptDir)).toBe(await readReceipt(base.promptDir));
    expect(await verifyReceipt({ promptDir: report.promptDir, publicKey: ownerKey })).toMatchObject({
      covers: 'student-prompt',
    });
  },
);

// Kills: float64 numbers that a checkpoint rounds, steps done that a stop forgets, and losses of the last part only.
test.each([
  ['last', 0.1],
  ['first', 1e6],
])(
  'an interrupted transfer goes on, and ends with the same prompt and report: best is the %s',
  { timeout: 120_000 },
  async (best, learningRate) => {
    // Neither 1 - alpha nor the share of 3 texts of 8 is a float32.
    const uneven = { ...base, alpha: 0.3, batchSize: 3, learningRate };
    const undisturbed = await transfer({ ...uneven, outDir: join(work, `undisturbed-${best}`) }, quiet);
    expect(undisturbed.bestStep === 0).toBe(best === 'first');
    const options = { ...uneven, outDir: join(work, `interrupted-${best}`) };
    await interrupted(options, (event) => event.kind === 'progress' && event.phase === 'transfer' && event.step === 27);
    const steps: number[] = [];
    const emit = (event: RunEvent): void => {
      if (event.kind === 'progress' && event.phase === 'transfer') steps.push(event.step);
    };
    const resumed = await transfer(options, { ...quiet, emit });
    expect(steps).toEqual([28, 29, 30]);
    expect(await outcome(resumed)).toEqual(await outcome(undisturbed));
  },
);

// Kills: trials that are all run again after a crash in the last of them.
test('the choice of alpha goes on after the trials that were finished', { timeout: 240_000 }, async () => {
  const auto = { ...base, alpha: 'auto', steps: 4, batchSize: 4 } as const;
  const undisturbed = await transfer({ ...auto, outDir: join(work, 'auto') }, quiet);
  const options = { ...auto, outDir: join(work, 'auto-interrupted') };
  await interrupted(options, (event) => event.kind === 'progress' && event.phase === 'try alpha 0.4');
  // What lies on disk is what a killed process leaves too: a trial is saved when it is finished.
  const phases = new Set<string>();
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress') phases.add(event.phase);
  };
  const resumed = await transfer(options, { ...quiet, emit });
  expect([...phases]).toEqual([
    'try alpha 0.4',
    'try alpha 0.6',
    'try alpha 0.8',
    'try alpha 1',
    'references',
    'transfer',
  ]);
  expect(await outcome(resumed)).toEqual(await outcome(undisturbed));
  expect(await readdir(work)).not.toContainEqual(expect.stringContaining('checkpoint'));

  const { alpha, calibration } = resumed;
  expect(calibration!.accuracies.map((trial) => trial.alpha)).toContain(alpha);
  const { card } = await readPromptFolder(resumed.promptDir);
  const { accuracies, labels, n } = calibration!;
  expect(card!.details['calibration']).toEqual({ accuracies, labels, n });
  expect([labels, n]).toEqual(['teacher', 8]);
});

// Kills: a labelled proxy that is used whole, whatever the limit says.
test('a labelled proxy is used up to the limit on public texts', { timeout: 120_000 }, async () => {
  const dataFile = join(work, 'proxy.jsonl');
  const rows = lines.map((text, index) => JSON.stringify({ text, label: index % 3 ? 'good' : 'bad' }));
  await writeFile(dataFile, rows.join('\n'));
  const proxy = { taskFile: base.taskFile, dataFile };
  const options = { ...base, alpha: 'auto', proxy, steps: 4, batchSize: 4, publicLimit: 10 } as const;
  const { calibration } = await transfer({ ...options, outDir: join(work, 'proxy') }, quiet);
  expect(calibration).toMatchObject({ labels: 'file', n: 2 });

  await writeFile(dataFile, rows[0]!);
  await expect(transfer({ ...options, outDir: join(work, 'one-row') }, quiet)).rejects.toMatchObject({
    code: 'BAD_DATA_FILE',
    message: expect.stringContaining('proxy.jsonl') as string,
  });
});

// Kills: NaN that is trained on to the end, and saved.
test('losses that are not finite end the transfer, and nothing is left', { timeout: 60_000 }, async () => {
  const options = { ...base, outDir: join(work, 'non-finite'), learningRate: 1e40 };
  await expect(transfer(options, quiet)).rejects.toMatchObject({ code: 'NON_FINITE' });
  expect(await readdir(work)).not.toContainEqual(expect.stringContaining('non-finite'));
});

// Kills: digests taken when the work is done, of models that are no longer those it was done with.
test('the prompt names the models as they were opened', { timeout: 60_000 }, async () => {
  const copy = join(work, 'changing-teacher');
  await cp(teacherDir, copy, { recursive: true });
  const emit = (event: RunEvent): void => {
    if (event.kind === 'progress' && event.phase === 'transfer') appendFileSync(join(copy, 'config.json'), ' ');
  };
  const options = { ...base, teacherDir: copy, outDir: join(work, 'changing'), steps: 2 };
  const { card } = await readPromptFolder((await transfer(options, { ...quiet, emit })).promptDir);
  expect(card!.digests.teacher).toBe(await modelDigest(teacherDir));
});

// Kills: texts as long as the teacher takes them, which lead the student beyond its positions.
test('texts fit the model with fewer positions, be it the student', { timeout: 60_000 }, async () => {
  const { studentDir, promptDir } = await shortStudent(20);
  const taskFile = join(work, 'no-limit.json');
  const task: unknown = JSON.parse(await readFile(base.taskFile, 'utf8'));
  await writeFile(
    taskFile,
    JSON.stringify(task, (key, value: unknown) => (key === 'maxLength' ? undefined : value)),
  );
  const publicFile = join(work, 'long.txt');
  await writeFile(publicFile, lines.map((line) => `${line} And so on. ${line}`).join('\n'));
  const options = { ...base, studentDir, promptDir, taskFile, publicFile, steps: 2, outDir: join(work, 'short') };
  expect((await transfer(options, quiet)).trainingLosses.length).toBe(2);
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

// Kills: a claim that nobody can check carried over to the prompt that is served.
test('a claim without a receipt, with a false one, and of another owner is refused before any work', async () => {
  const promptDir = join(work, 'claim');
  await cp(base.promptDir, promptDir, { recursive: true });
  const publicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
  const ownerKeyFile = join(work, 'another.pem');
  await writeFile(ownerKeyFile, publicKey);
  const refused = (options: Partial<TransferOptions>, message: string): Promise<void> =>
    expect(transfer({ ...base, promptDir, ...options }, quiet)).rejects.toMatchObject({
      code: 'BAD_RECEIPT',
      message: expect.stringContaining(message) as string,
    });
  await refused({ ownerKeyFile }, 'another key');
  const studentDigest = await modelDigest(base.studentDir);
  const digest = await promptDigest(promptDir);
  const lie = { ...PRIVATE_BODY, studentDigest, promptDigest: digest, noiseMultiplier: 1 };
  await writeFile(join(promptDir, 'receipt.json'), sealReceipt(lie, ownerKey));
  await refused({}, 'its numbers give');
  await rm(join(promptDir, 'receipt.json'));
  await refused({}, 'no receipt.json');
  expect(existsSync(base.outDir)).toBe(false);
});

/** The student cut to so many positions, with a prompt of its own. */
async function shortStudent(positions: number): Promise<{ readonly studentDir: string; readonly promptDir: string }> {
  const studentDir = join(work, 'short-student');
  await cp(base.studentDir, studentDir, { recursive: true });
  const folder = await openModelFolder(studentDir);
  await writeFile(join(studentDir, 'config.json'), JSON.stringify({ ...folder.config, n_positions: positions }));
  const tensors: Record<string, TensorData> = {};
  for (const [name, { shape }] of folder.tensors) {
    const rows = name.endsWith('wpe.weight') ? positions : shape[0]!;
    const rest = shape.slice(1);
    const size = rest.reduce((product, width) => product * width, rows);
    tensors[name] = { shape: [rows, ...rest], data: (await folder.read(name)).subarray(0, size) };
  }
  await writeSafetensors(join(studentDir, 'model.safetensors'), tensors, { format: 'pt' });
  const promptDir = join(work, 'short-prompt');
  const { prompt, card } = await readPromptFolder(base.promptDir);
  const studentDigest = await modelDigest(studentDir);
  const digests = { ...card!.digests, student: studentDigest };
  await writePromptFolder(promptDir, prompt, { ...card!, digests }, (digest) =>
    sealReceipt({ ...PRIVATE_BODY, studentDigest, promptDigest: digest }, ownerKey),
  );
  return { studentDir, promptDir };
}
