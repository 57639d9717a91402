/** @file The transfer as the provider runs it: from folders to a prompt folder for the teacher, with a report. */

import { basename, resolve } from 'node:path';
import { refuseExisting } from '@softpost/shared/artifact/atomic-write';
import { openCheckpoint, type Checkpoint, type Fingerprint } from '@softpost/shared/artifact/checkpoint';
import { fileDigest, type Digest } from '@softpost/shared/artifact/digest';
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
import { checkPromptFits, type TaskModel } from '@softpost/shared/scoring/task-model';
import { readTexts } from '@softpost/shared/text/read-examples';
import { readTask, type Task } from '@softpost/shared/text/task';
import { calibrateAlpha, type AlphaCalibration } from './calibrate-alpha.ts';
import { labelledProxy, selfLabelledProxy } from './proxy-task.ts';
import { ownerStatement } from './owner-statement.ts';
import { sample, splitPublicTexts, type PublicTexts } from './public-texts.ts';
import { buildReferences, unpromptedLogits } from './references.ts';
import { checkSameVocabulary, checkTunedOn, openTaskPair, type TaskPair } from './task-pair.ts';
import type { TransferOptions } from './transfer-options.ts';
import { openTransferProgram } from './transfer-program.ts';
import { transferPrompt, type TransferredPrompt } from './transfer-prompt.ts';
import { FEWEST_JUDGED, judgeTransfer, type Verdict } from './verdict.ts';

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
 * Transfers a prompt. Run again after an interruption, it goes on from its last checkpoint, also in the choice of alpha.
 * @throws FILE_EXISTS, BAD_RECEIPT, BAD_KEY, PROMPT_MISMATCH, BAD_OPTION, NON_FINITE, BAD_CHECKPOINT, CANCELLED, and what reading the inputs throws
 */
export async function transfer(options: TransferOptions, { emit, signal }: TransferContext): Promise<TransferReport> {
  const { threads, seed } = options;
  await refuseExisting(options.outDir);
  const { prompt: studentPrompt, card } = await readPromptFolder(options.promptDir);
  const statement = await ownerStatement(options, card);
  const { virtualTokens } = studentPrompt;
  const task = await readTask(options.taskFile);
  const pair = await openTaskPair(options, task, virtualTokens);
  const { student, teacher } = pair;
  checkPromptFits(studentPrompt, student.model);
  await checkSameVocabulary(options, pair);
  // Before the long work: what is then written is true of the models as they were opened.
  const digests = {
    student: await modelDigest(options.studentDir),
    teacher: await modelDigest(options.teacherDir),
    tokenizer: await tokenizerDigest(options.teacherDir),
    // Of a prompt that was transferred before, the receipt is still about the first one.
    studentPrompt: card?.digests.studentPrompt ?? (await promptDigest(options.promptDir)),
  };
  checkTunedOn(card, options.studentDir, digests.student);
  const publicTexts = await readPublicTexts(options, pair, emit);

  const run = await fingerprint(options, digests);
  const checkpoint = openCheckpoint(options.outDir, run);
  const calibrationCheckpoint = openCheckpoint(`${resolve(options.outDir)}.calibration`, run);
  const calibration =
    options.alpha === 'auto'
      ? await calibrate(options, task, pair, publicTexts, {
          virtualTokens,
          checkpoint: calibrationCheckpoint,
          emit,
          signal,
        })
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
    const quality = await judgeTransfer(student, studentPrompt, teacher, prompt, publicTexts.judged, {
      threads,
      signal,
    });
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
        ...(calibration ? { calibration: calibrationDetails(calibration) } : {}),
        compare: options.compare,
        steps: options.steps,
        bestStep: result.bestStep,
        heldOutL1: result.heldOut.l1,
        heldOutL2: result.heldOut.l2,
        verdict: quality.verdict,
        judged: quality.n,
        agreement: quality.agreement,
        agreementWithoutPrompt: quality.agreementWithoutPrompt,
      },
    };
    const { receipt } = statement;
    await writePromptFolder(options.outDir, prompt, transferred, receipt === undefined ? undefined : () => receipt);
    await checkpoint.remove();
    await calibrationCheckpoint.remove();
    return { promptDir: options.outDir, alpha, calibration, quality, ...result };
  } finally {
    await program.dispose();
  }
}

async function readPublicTexts(
  { publicFile, publicLimit, seed }: TransferOptions,
  { encode }: TaskPair,
  emit: Report,
): Promise<PublicTexts> {
  const chosen = sample(await readTexts(publicFile), publicLimit, seed);
  const texts = splitPublicTexts(chosen.map(encode), seed, publicFile);
  if (texts.judged.length < FEWEST_JUDGED) {
    const message = `${publicFile} has too few different texts for a verdict on the transfer: it will be "unsure"`;
    emit({ kind: 'message', level: 'warning', message });
  }
  return texts;
}

async function calibrate(
  options: TransferOptions,
  task: Task,
  pair: TaskPair,
  publicTexts: PublicTexts,
  context: TransferContext & { readonly virtualTokens: number; readonly checkpoint: Checkpoint },
): Promise<AlphaCalibration> {
  const { proxy, seed, threads, batchSize, learningRate } = options;
  const { signal, virtualTokens } = context;
  const trial = proxy
    ? await labelledProxy({ ...options, ...proxy, virtualTokens })
    : await selfLabelledProxy(pair, publicTexts, { threads, signal });
  const proxyTask = proxy ? await readTask(proxy.taskFile) : task;
  // A quarter of the steps shows the order of the alphas, which is all that is asked.
  const steps = Math.max(10, Math.round(options.steps / 4));
  const readout = readoutFor(options, trial.teacher);
  return calibrateAlpha(trial, proxyTask, { readout, steps, batchSize, learningRate, seed, threads, ...context });
}

function calibrationDetails({ accuracies, labels, n }: AlphaCalibration): PromptCard['details'] {
  return { accuracies: accuracies.map((trial) => ({ ...trial })), labels, n };
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

async function fingerprint(
  options: TransferOptions,
  { teacher, student }: { readonly teacher: Digest; readonly student: Digest },
): Promise<Fingerprint> {
  const { proxy } = options;
  return {
    teacher,
    student,
    prompt: await fileDigest(`${options.promptDir}/adapter_model.safetensors`),
    task: await fileDigest(options.taskFile),
    public: await fileDigest(options.publicFile),
    proxyTask: proxy ? await fileDigest(proxy.taskFile) : null,
    proxyData: proxy ? await fileDigest(proxy.dataFile) : null,
    alpha: options.alpha,
    compare: options.compare,
    steps: options.steps,
    batchSize: options.batchSize,
    learningRate: options.learningRate,
    initialisation: options.initialisation,
    publicLimit: options.publicLimit,
    seed: options.seed,
  };
}
