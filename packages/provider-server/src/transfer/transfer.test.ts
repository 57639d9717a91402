/** @file The whole transfer on the real reference model, with a student of two of its layers. */
import { generateKeyPairSync } from 'node:crypto';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelDigest, tokenizerDigest } from '@softpost/shared/artifact/model-digest';
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
import { transfer } from './transfer.ts';

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
    expect(report.quality.n).toBe(8);
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

test('an interrupted transfer goes on, and ends with the same prompt bit for bit', { timeout: 120_000 }, async () => {
  const undisturbed = await transfer({ ...base, outDir: join(work, 'undisturbed') }, quiet);
  const controller = new AbortController();
  const stopAt = (event: RunEvent): void => {
    if (event.kind === 'progress' && event.phase === 'transfer' && event.step === 27)
      controller.abort(new SoftpostError('CANCELLED', 'stopped by the test'));
  };
  const outDir = join(work, 'interrupted');
  await expect(transfer({ ...base, outDir }, { emit: stopAt, signal: controller.signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(existsSync(outDir)).toBe(false);
  const phases: number[] = [];
  const resumed = await transfer(
    { ...base, outDir },
    { ...quiet, emit: (event) => event.kind === 'progress' && event.phase === 'transfer' && phases.push(event.step) },
  );
  expect(phases[0]).toBe(26);
  const bytes = (dir: string): Promise<Buffer> => readFile(join(dir, 'adapter_model.safetensors'));
  expect(Buffer.compare(await bytes(resumed.promptDir), await bytes(undisturbed.promptDir))).toBe(0);
  expect(resumed.heldOutCurve.length).toBe(undisturbed.heldOutCurve.length);
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
