/** @file The transfer as the provider runs it: from folders to a prompt folder for the teacher, with a report. */

import { basename, resolve } from 'node:path';
import { SoftpostError } from '@softpost/shared/errors';
import { refuseExisting } from '@softpost/shared/artifact/atomic-write';
import { openCheckpoint, type Fingerprint } from '@softpost/shared/artifact/checkpoint';
import { fileDigest } from '@softpost/shared/artifact/digest';
import { modelDigest, tokenizerDigest } from '@softpost/shared/artifact/model-digest';
import type { PromptCard } from '@softpost/shared/artifact/prompt-card';
import {
  promptDigest,
  readPromptFolder,
  writePromptFolder,
  type SoftPrompt,
} from '@softpost/shared/artifact/prompt-folder';
import type { Report } from '@softpost/shared/events';
import { initialPrompt } from '@softpost/shared/model/initial-prompt';
import { labelReadout, type Readout, vocabularyReadout } from '@softpost/shared/scoring/readout';
import { checkPromptFits, openTaskModel, type TaskModel } from '@softpost/shared/scoring/task-model';
import { seededOrder } from '@softpost/shared/seeded-random';
import { readTexts } from '@softpost/shared/text/read-examples';
import { readTask, type Task } from '@softpost/shared/text/task';
import { calibrateAlpha, type AlphaCalibration } from './calibrate-alpha.ts';
import { labelledProxy, selfLabelledProxy } from './proxy-task.ts';
import { ownerStatement } from './owner-statement.ts';
import { buildReferences, unpromptedLogits } from './references.ts';
import type { TransferOptions } from './transfer-options.ts';
import { openTransferProgram } from './transfer-program.ts';
import { splitPublicTexts, transferPrompt, type PublicTexts, type TransferredPrompt } from './transfer-prompt.ts';
import { judgeTransfer, type Verdict } from './verdict.ts';

export interface TransferContext {
  readonly emit: Report;
  readonly signal: AbortSignal;
}

export interface TransferReport extends Omit<TransferredPrompt, 'prompt'> {
  readonly promptDir: string;
  readonly alpha: number;
  /** How alpha was chosen, for `auto`. */
  readonly calibration: AlphaCalibration | undefined;
  readonly quality: Verdict;
}

/**
 * Transfers a prompt. Run again after an interruption, it goes on from its last checkpoint.
 * @throws FILE_EXISTS, BAD_RECEIPT, BAD_KEY, PROMPT_MISMATCH, BAD_OPTION, BAD_CHECKPOINT, CANCELLED, and what reading the inputs throws
 */
export async function transfer(options: TransferOptions, { emit, signal }: TransferContext): Promise<TransferReport> {
  const { threads, seed } = options;
  await refuseExisting(options.outDir);
  const { prompt: studentPrompt, card } = await readPromptFolder(options.promptDir);
  const statement = await ownerStatement(options, card);
  const { virtualTokens } = studentPrompt;
  const task = await readTask(options.taskFile);
  const student = await openTaskModel(options.studentDir, task, virtualTokens);
  const teacher = await openTaskModel(options.teacherDir, task, virtualTokens);
  checkPromptFits(studentPrompt, student.model);
  await checkTunedOn(card, options.studentDir);
  await checkSameVocabulary(options, student, teacher);
  const publicTexts = await readPublicTexts(options, teacher);

  const calibration =
    options.alpha === 'auto'
      ? await calibrate(options, task, student, teacher, publicTexts, { emit, signal })
      : undefined;
  const alpha = calibration ? calibration.alpha : Number(options.alpha);
  const onProgress = (done: number): void =>
    emit({ kind: 'progress', phase: 'references', step: done, steps: 3 * publicTexts.texts.length, metrics: {} });
  const readout = readoutFor(options, teacher);
  const unprompted = await unpromptedLogits(teacher.model, publicTexts.texts, { readout, threads, signal, onProgress });
  const references = await buildReferences(student.model, studentPrompt, publicTexts.texts, unprompted, {
    readout,
    threads,
    signal,
    onProgress: (done) => onProgress(publicTexts.texts.length + done),
  });

  const { start, scale } = await startingPrompt(options, task, teacher, studentPrompt);
  const program = await openTransferProgram(teacher.model, virtualTokens, { readout, threads });
  const checkpoint = openCheckpoint(options.outDir, await fingerprint(options, alpha));
  try {
    const { prompt, ...result } = await transferPrompt(start, program, publicTexts, references, {
      alpha,
      steps: options.steps,
      batchSize: options.batchSize,
      peak: options.learningRate * scale,
      seed,
      checkpoint,
      emit,
      signal,
    });
    const quality = await judgeTransfer(
      student,
      studentPrompt,
      teacher,
      prompt,
      publicTexts.heldOut.map((index) => publicTexts.texts[index]!),
      { threads, signal },
    );
    const digests = {
      student: await modelDigest(options.studentDir),
      teacher: await modelDigest(options.teacherDir),
      tokenizer: await tokenizerDigest(options.teacherDir),
      // Of a prompt that was transferred before, the receipt is still about the first one.
      studentPrompt: card?.digests.studentPrompt ?? (await promptDigest(options.promptDir)),
    };
    const transferred: PromptCard = {
      version: 1,
      task: task.name,
      step: 'transfer',
      belongsTo: 'teacher',
      model: { name: basename(resolve(options.teacherDir)), objective: teacher.model.architecture.kind },
      digests,
      // Nothing private was read here: the statement of the student's prompt holds for this one.
      privacy: statement.privacy,
      details: {
        alpha,
        compare: options.compare,
        steps: options.steps,
        bestStep: result.bestStep,
        heldOutL1: result.heldOut.l1,
        heldOutL2: result.heldOut.l2,
        verdict: quality.verdict,
        agreement: quality.agreement,
        agreementWithoutPrompt: quality.agreementWithoutPrompt,
      },
    };
    const { receipt } = statement;
    await writePromptFolder(options.outDir, prompt, transferred, receipt === undefined ? undefined : () => receipt);
    await checkpoint.remove();
    return { promptDir: options.outDir, alpha, calibration, quality, ...result };
  } finally {
    await program.dispose();
  }
}

/** A prompt says nothing on another model than its own. @throws PROMPT_MISMATCH */
async function checkTunedOn(card: PromptCard | undefined, studentDir: string): Promise<void> {
  const wanted = card?.digests[card.belongsTo];
  if (wanted !== undefined && wanted !== (await modelDigest(studentDir))) {
    throw new SoftpostError('PROMPT_MISMATCH', `the prompt was tuned on another model than ${studentDir} (${wanted})`);
  }
}

/** Ids must mean the same tokens to both models. @throws PROMPT_MISMATCH */
async function checkSameVocabulary(
  { studentDir, teacherDir }: TransferOptions,
  student: TaskModel,
  teacher: TaskModel,
): Promise<void> {
  const sizes = [student.model.architecture.vocabularySize, teacher.model.architecture.vocabularySize];
  if (sizes[0] !== sizes[1] || (await tokenizerDigest(studentDir)) !== (await tokenizerDigest(teacherDir))) {
    throw new SoftpostError(
      'PROMPT_MISMATCH',
      `student and teacher need the same tokenizer and vocabulary (${sizes.join(' and ')} tokens): ${studentDir}, ${teacherDir}`,
    );
  }
}

async function readPublicTexts(
  { publicFile, publicLimit, seed }: TransferOptions,
  teacher: TaskModel,
): Promise<PublicTexts> {
  const texts = await readTexts(publicFile);
  if (texts.length < 2)
    throw new SoftpostError('BAD_DATA_FILE', `${publicFile}: a transfer needs at least 2 public texts`);
  const chosen = [...seededOrder(texts.length, seed)].slice(0, publicLimit);
  return splitPublicTexts(
    chosen.map((index) => teacher.encode(texts[index]!)),
    seed,
  );
}

async function calibrate(
  options: TransferOptions,
  task: Task,
  student: TaskModel,
  teacher: TaskModel,
  publicTexts: PublicTexts,
  context: TransferContext,
): Promise<AlphaCalibration> {
  const { studentDir, teacherDir, proxy, seed, threads, batchSize, learningRate } = options;
  const virtualTokens = (await readPromptFolder(options.promptDir)).prompt.virtualTokens;
  const trial = proxy
    ? await labelledProxy({ studentDir, teacherDir, ...proxy, virtualTokens, seed })
    : await selfLabelledProxy(student, teacher, publicTexts, threads);
  const proxyTask = proxy ? await readTask(proxy.taskFile) : task;
  // A quarter of the steps shows the order of the alphas, which is all that is asked.
  const steps = Math.max(10, Math.round(options.steps / 4));
  const readout = readoutFor(options, trial.teacher);
  return calibrateAlpha(trial, proxyTask, {
    readout,
    steps,
    batchSize,
    learningRate,
    virtualTokens,
    seed,
    threads,
    ...context,
  });
}

function readoutFor({ compare }: TransferOptions, { model, verbalizer }: TaskModel): Readout {
  return compare === 'labels' ? labelReadout(verbalizer) : vocabularyReadout(model.architecture);
}

async function startingPrompt(
  { initialisation, seed }: TransferOptions,
  task: Task,
  { model, tokenizer }: TaskModel,
  studentPrompt: SoftPrompt,
): Promise<{ readonly start: SoftPrompt; readonly scale: number }> {
  const { virtualTokens } = studentPrompt;
  const own = await initialPrompt(model, tokenizer, task, {
    initialisation: initialisation === 'student' ? 'vocabulary' : initialisation,
    virtualTokens,
    seed,
  });
  if (initialisation === 'student') checkPromptFits(studentPrompt, model);
  return { start: initialisation === 'student' ? studentPrompt : own, scale: own.embeddingScale };
}

async function fingerprint(options: TransferOptions, alpha: number): Promise<Fingerprint> {
  return {
    teacher: await modelDigest(options.teacherDir),
    student: await modelDigest(options.studentDir),
    prompt: await fileDigest(`${options.promptDir}/adapter_model.safetensors`),
    task: await fileDigest(options.taskFile),
    public: await fileDigest(options.publicFile),
    alpha,
    compare: options.compare,
    steps: options.steps,
    batchSize: options.batchSize,
    learningRate: options.learningRate,
    initialisation: options.initialisation,
    publicLimit: options.publicLimit,
    seed: options.seed,
  };
}
