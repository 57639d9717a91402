/**
 * @file The whole owner side: fetch, tune, submit, watch, verify. What is done is on the disk, in the folder of the run or in what the site remembers, so
 * that whoever runs it again goes on where it was: nothing is tuned, charged or submitted twice.
 */

import { join } from 'node:path';
import { digestOf, type Digest } from '@softpost/shared/artifact/digest';
import { isThere } from '@softpost/shared/artifact/read-file';
import { inComputeProcess } from '@softpost/shared/commands/in-compute-process';
import { isSoftpostError, SoftpostError, type ErrorCode } from '@softpost/shared/errors';
import { readReceipt, verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import type { Evaluation, EvaluateOptions } from '@softpost/shared/scoring/evaluate';
import type { Job } from '../answers.ts';
import { fetchedAs } from '../fetch-student/fetched-as.ts';
import { fetchStudent, studentFolder } from '../fetch-student/fetch-student.ts';
import { readSigningKey } from '@softpost/shared/signature/signing-key';
import { removeStaleSiblings } from '@softpost/shared/artifact/temporary-sibling';
import { trialsNotSecret } from '../release/secret-trials.ts';
import { submit } from '../release/submit.ts';
import { asId, type Id } from '../ids.ts';
import type { Site } from '../site.ts';
import type { TuneOptions } from '../tune/tune-options.ts';
import type { TuneReport } from '../tune/tune.ts';
import { jobFailure } from '../use/job-failure.ts';
import { outlast, type OutlastContext } from '../use/outlast.ts';
import { checkTransferred, getPrompt } from '../use/transferred-prompt.ts';
import { watchJob } from '../use/watch-job.ts';
import { begin, beginningOf, type Beginning } from './begin-run.ts';
import type { RunConfig } from './run-config.ts';
import { tuneOptionsOf } from './tune-options-of.ts';

export interface RunOptions {
  /** Submit once more if the transfer failed or was cancelled, or the submission was refused. It costs no epsilon. @default false */
  readonly again?: boolean;
}

export interface RunReport {
  readonly studentDir: string;
  readonly studentVersion: number;
  /** The student's prompt, tuned here. */
  readonly studentPromptDir: string;
  readonly jobId: string;
  readonly promptId: string;
  /** The teacher's prompt. */
  readonly promptDir: string;
  /** Null for a prompt without privacy. */
  readonly epsilon: number | null;
  /** Of the student's prompt on private texts: PRIVATE, as epsilon does not cover it. */
  readonly local: { readonly accuracy: number; readonly n: number } | undefined;
}

const COMPUTE = new URL('../compute.ts', import.meta.url);

/** @throws what the steps throw; SoftpostError BAD_CONFIG without a `run` part, or with another one than the folder's; TRIALS_NOT_SECRET; STUDENT_ROLLED_BACK; JOB_FAILED */
export async function runAll(site: Site, { again = false }: RunOptions, context: OutlastContext): Promise<RunReport> {
  const { run } = site.config;
  if (run === undefined) throw new SoftpostError('BAD_CONFIG', 'the configuration has no part `run`');
  // Said before epsilon is spent, not after.
  if (run.tune.bestOf !== undefined) throw trialsNotSecret('what `bestOf` asks for');
  const studentPromptDir = join(run.out, 'student-prompt');
  const student = await fetchOnce(site, run, await isThere(studentPromptDir), context);
  const receipt = await tuneOnce(site, run, student, studentPromptDir, context);
  const job = await transferOnce(site, run, studentPromptDir, again, context);
  const { promptId } = job;
  if (promptId === undefined) throw new SoftpostError('BAD_ANSWER', `job ${job.jobId} succeeded without a prompt`);
  const promptDir = join(run.out, 'prompt');
  await getOnce(site, promptId, promptDir, digestOf(await readReceipt(studentPromptDir)), context);
  // A compute process that outlived a killed run may have left its half after the whole was there.
  for (const made of [studentPromptDir, promptDir]) await removeStaleSiblings(made);
  return {
    studentDir: student.studentDir,
    studentVersion: student.studentVersion,
    studentPromptDir,
    jobId: job.jobId,
    promptId,
    promptDir,
    epsilon: receipt.epsilon?.enforced ?? null,
    local: await evaluateHere(run, student.studentDir, studentPromptDir, context),
  };
}

interface RunStudent extends Beginning {
  readonly studentDir: string;
}

/** Once the prompt is tuned, the copy that it was tuned on is enough: whether its manifest still holds matters to nobody but the provider. */
async function fetchOnce(site: Site, run: RunConfig, isTuned: boolean, context: OutlastContext): Promise<RunStudent> {
  const studentId = asId('run.student', run.student);
  const beginning = await beginningOf(run);
  if (beginning === undefined) {
    const { studentDir, manifest } = await fetchStudent(site, { studentId, version: run.version }, context);
    const { studentVersion, modelDigest: studentDigest } = manifest;
    return { studentDir, ...(await begin(run, { studentVersion, studentDigest })) };
  }
  const copy = studentFolder(site, { ...beginning, studentId });
  if (isTuned && (await isThere(copy))) return { studentDir: copy, ...beginning };
  // Under the name by which the provider accepts these weights for the longest time.
  const name = fetchedAs(site, beginning.studentDigest) ?? { ...beginning, studentId };
  const wanted = { studentId: name.studentId, version: name.studentVersion };
  const { studentDir, manifest } = await fetchStudent(site, wanted, context);
  if (manifest.modelDigest === beginning.studentDigest) return { studentDir, ...beginning };
  const message = `${wanted.studentId} ${wanted.version} has other weights than when this run began`;
  throw new SoftpostError('STUDENT_ROLLED_BACK', message);
}

/** A prompt that is there was tuned to the end: its folder appears whole, or not at all. */
async function tuneOnce(site: Site, run: RunConfig, student: RunStudent, outDir: string, context: OutlastContext) {
  if (!(await isThere(outDir))) {
    const options = tuneOptionsOf(site.config, run, student.studentDir, outDir);
    await inComputeProcess<TuneOptions, TuneReport>(COMPUTE, 'tune', options, context);
  }
  const publicKey = await readSigningKey(site.config.keyFile);
  const { receipt } = await verifyReceipt({ promptDir: outDir, publicKey });
  if (receipt.studentDigest === student.studentDigest) return receipt;
  throw new SoftpostError('PROMPT_MISMATCH', `${outDir} was tuned on another student than ${student.studentDir}`);
}

async function transferOnce(
  site: Site,
  run: RunConfig,
  promptDir: string,
  again: boolean,
  context: OutlastContext,
): Promise<Job> {
  const options = { promptDir, taskFile: run.task, choices: run.transfer, noDp: !run.tune.dp };
  const job = await submit(site, options, context).catch((error: unknown) => {
    if (again && isSoftpostError(error) && REFUSALS.has(error.code)) return undefined;
    throw error;
  });
  const isInVain = job === undefined || (again && jobFailure(job) !== undefined);
  const { jobId } = isInVain ? await submit(site, { ...options, again }, context) : job;
  const ended = await watchJob(site.egress, jobId, context);
  const failure = jobFailure(ended);
  if (failure) throw failure;
  return ended;
}

/** Epsilon is told of this run's prompt: one of another, which a provider or a copied folder may put in its place, has another. */
async function getOnce(
  site: Site,
  promptId: Id,
  promptDir: string,
  submitted: Digest,
  context: OutlastContext,
): Promise<void> {
  if (await isThere(promptDir)) await checkTransferred(site, promptDir, submitted);
  else await outlast(() => getPrompt(site, promptId, promptDir, submitted), context);
}

/** The provider will never take the very same: too old, of a version that expired or is gone. After any other error it may have taken it, or will. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['BAD_ENVELOPE', 'MANIFEST_EXPIRED', 'UNKNOWN_ID', 'REQUEST_CHANGED']);

async function evaluateHere(
  { evaluate: dataFile, task, tune: { threads } }: RunConfig,
  modelDir: string,
  promptDir: string,
  context: OutlastContext,
): Promise<RunReport['local']> {
  if (dataFile === undefined) return undefined;
  const options = { modelDir, promptDir, taskFile: task, dataFile, batchSize: undefined, threads };
  const { accuracy, n } = await inComputeProcess<EvaluateOptions, Evaluation>(COMPUTE, 'evaluate', options, context);
  return { accuracy, n };
}
