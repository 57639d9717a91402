/**
 * @file Whether the provider takes a submission: the one decision before a job is made of it. Cheap checks come first; computing epsilon again,
 * which may take seconds for numbers that were chosen to that end, comes last, so it belongs into a compute process.
 */

import type { Digest } from '@softpost/shared/artifact/digest';
import { checkValue } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { checkReceipt } from '@softpost/shared/receipt/check-receipt';
import type { Receipt } from '@softpost/shared/receipt/receipt';
import { openReceipt } from '@softpost/shared/receipt/signed-receipt';
import { addDays } from '@softpost/shared/signature/day';
import { publicKeyFromPem } from '@softpost/shared/signature/public-key';
import { checkEnvelope, openEnvelope, type Envelope } from '@softpost/shared/submission/envelope';
import { checkTask, MAX_TUNING_STEPS, MAX_VIRTUAL_TOKENS } from '@softpost/shared/submission/limits';
import { transferChoicesSchema, type Submission, type TransferChoices } from '@softpost/shared/submission/submission';
import { parseTask, type Task } from '@softpost/shared/text/task';
import { checkSubmittedPrompt, type CheckedPrompt } from './check-prompt.ts';
import type { ReceivedSubmission } from './received-submission.ts';

export interface SubmissionTerms {
  /** The tenant's public key (PEM), which envelope and receipt must be signed with. */
  readonly ownerPublicKey: string;
  readonly providerKeyId: Digest;
  /** Manifest of the student that the submission names. */
  readonly student: Manifest;
  /** Today (UTC). */
  readonly today: string;
  readonly privacy: PrivacyTerms;
  /** @default 7 */
  readonly windowDays?: number | undefined;
  /** @default 256 */
  readonly maxVirtualTokens?: number | undefined;
  /** Most steps of one transfer. */
  readonly maxSteps?: number | undefined;
}

/** What the provider asks of its owners' privacy; it never has to accept a prompt that may give single records away. */
export interface PrivacyTerms {
  readonly allowWithoutDp: boolean;
  /** Undefined: any. */
  readonly maxEpsilon?: number | undefined;
  readonly maxDelta?: number | undefined;
}

/** Everything in it was checked. */
export interface AcceptedSubmission extends Submission, CheckedPrompt {
  readonly envelope: Envelope;
  /** The receipt, read. */
  readonly claim: Receipt;
}

const DEFAULT_WINDOW_DAYS = 7;

/**
 * Rows of a prompt start in the embedding table and stay near it: after 120 steps at the default rate their norms were 0.9 to 1.6 times the
 * table's median. This leaves room for much longer runs and keeps out what could only be meant to upset.
 */
const NORM_FACTOR = 16;

/**
 * @throws SoftpostError naming the field: BAD_ENVELOPE, BAD_TASK_FILE, BAD_OPTION, PRIVACY_TOO_WEAK, BAD_RECEIPT, BAD_PRIVACY_PARAMETER, and what
 * `checkSubmittedPrompt` throws; BAD_KEY for the tenant's own key
 */
export function acceptSubmission(received: ReceivedSubmission, terms: SubmissionTerms): AcceptedSubmission {
  const publicKey = publicKeyFromPem(terms.ownerPublicKey, "the tenant's public key");
  const { windowDays = DEFAULT_WINDOW_DAYS, student } = terms;
  const envelope = openEnvelope(received.signedEnvelope, { ...terms, publicKey, windowDays });
  const submission = readParts(received, terms);
  checkEnvelope(envelope, submission, student.modelDigest);
  checkNamed(submission, student);
  const prompt = checkSubmittedPrompt(submission.prompt, promptTerms(terms));
  const claim = openReceipt(submission.receipt, publicKey);
  if (claim.studentDigest !== student.modelDigest) refuseReceipt('studentDigest is that of another student');
  checkDay(claim, terms.today);
  checkPrivacy(claim, terms.privacy);
  checkTuning(claim);
  checkReceipt(claim, envelope.promptDigest);
  return { ...submission, ...prompt, envelope, claim };
}

function readParts({ signedEnvelope: _, ...received }: ReceivedSubmission, { maxSteps }: SubmissionTerms): Submission {
  const choices = checkValue('options', received.choices, transferChoicesSchema, 'BAD_OPTION');
  checkSteps(choices, maxSteps);
  return { ...received, task: readTask(received.task), choices };
}

function checkSteps({ steps }: TransferChoices, most: number | undefined): void {
  if (steps === undefined || most === undefined || steps <= most) return;
  throw new SoftpostError('BAD_OPTION', `options: steps is ${steps}; at most ${most} are accepted`);
}

function readTask(value: unknown): Task {
  const task = parseTask(value);
  checkTask(task);
  return task;
}

/** The caller looked the student up by what was sent; this makes sure that it did. */
function checkNamed({ studentId, studentVersion }: Submission, student: Manifest): void {
  if (studentId === student.studentId && studentVersion === student.studentVersion) return;
  throw new SoftpostError('ENGINE', `the terms are about ${student.studentId} ${student.studentVersion}`);
}

function promptTerms({ student, maxVirtualTokens = MAX_VIRTUAL_TOKENS }: SubmissionTerms) {
  const { low, high } = student.embeddingNorms;
  const rowNorms = { low: low / NORM_FACTOR, high: high * NORM_FACTOR };
  return { hiddenSize: student.architecture.hiddenSize, maxVirtualTokens, rowNorms };
}

/** One of the years to come would make every later receipt of the tenant contradict it. An owner's clock may be a day ahead. */
function checkDay({ date }: Receipt, today: string): void {
  const last = addDays(today, 1);
  if (date > last) refuseReceipt(`date is ${date}; accepted is none after ${last}`);
}

function checkPrivacy(claim: Receipt, { allowWithoutDp, maxEpsilon, maxDelta }: PrivacyTerms): void {
  if (claim.mechanism === 'none') {
    if (!allowWithoutDp) refusePrivacy('the prompt was tuned without privacy');
    return;
  }
  const { epsilon, delta } = claim;
  if (maxEpsilon !== undefined && epsilon.enforced > maxEpsilon) {
    refusePrivacy(`epsilon is ${epsilon.enforced}; at most ${maxEpsilon} is accepted`);
  }
  if (maxDelta !== undefined && delta > maxDelta) refusePrivacy(`delta is ${delta}; at most ${maxDelta} is accepted`);
}

function checkTuning(claim: Receipt): void {
  if (claim.mechanism === 'none' || claim.steps <= MAX_TUNING_STEPS) return;
  refuseReceipt(`steps is ${claim.steps}; epsilon is computed again for at most ${MAX_TUNING_STEPS}`);
}

function refusePrivacy(fault: string): never {
  throw new SoftpostError('PRIVACY_TOO_WEAK', `receipt.json: ${fault}`);
}

function refuseReceipt(fault: string): never {
  throw new SoftpostError('BAD_RECEIPT', `receipt.json: ${fault}`);
}
