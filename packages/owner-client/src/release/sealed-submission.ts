/**
 * @file What leaves the site when a prompt is submitted: a sealed prompt, the public task, and the envelope that binds them to one student of one provider,
 * once. It is written down before it is sent, so that whoever repeats it sends the same.
 */

import { randomBytes, type KeyObject } from 'node:crypto';
import { digestOf, type Digest } from '@softpost/shared/artifact/digest';
import { canonicalJson } from '@softpost/shared/signature/canonical-json';
import { dayOf } from '@softpost/shared/signature/day';
import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { sealEnvelope } from '@softpost/shared/submission/envelope';
import { choicesDigest, taskDigest, type Submission } from '@softpost/shared/submission/submission';
import { z } from 'zod';
import { attemptAt } from '../durable/attempts.ts';
import type { SiteMemory } from '../durable/site-memory.ts';
import type { Id } from '../ids.ts';
import type { SealedPrompt } from './sealed-prompt.ts';

/** Only `sealSubmission` can set this. */
const SEALED: unique symbol = Symbol('sealed submission');

export interface SealedSubmission extends Readonly<Submission> {
  /** Signed, in canonical JSON. */
  readonly envelope: string;
  readonly [SEALED]: true;
}

export interface SubmissionParts {
  readonly prompt: SealedPrompt;
  readonly studentId: Id;
  readonly studentVersion: number;
  /** The model digest in the student's manifest. */
  readonly studentDigest: Digest;
  readonly task: Submission['task'];
  readonly choices: Submission['choices'];
  /** Submit once more what was submitted before, as another transfer. */
  readonly again: boolean;
}

export interface Parties {
  readonly memory: SiteMemory;
  /** The owner's. */
  readonly key: KeyObject;
  readonly providerKey: KeyObject;
}

/** A submission, and the errand by which it is known. */
export interface Outgoing {
  readonly submission: SealedSubmission;
  readonly purpose: string;
  /** The job that it is already. */
  readonly jobId: string | undefined;
}

/** With the name that the student had then: what was sent is repeated as it was, also when the same weights have another name by now. */
const requestSchema = z.strictObject({
  nonce: z.string(),
  studentId: z.string(),
  studentVersion: z.int(),
  envelope: z.string(),
  receipt: z.string(),
});

/** @throws SoftpostError BAD_ENVELOPE, BAD_TASK_FILE for what cannot be signed; SITE_BUSY, SITE_DAMAGED */
export function sealSubmission(parts: SubmissionParts, { memory, key, providerKey }: Parties): Outgoing {
  const { prompt, studentId, studentVersion, studentDigest, task, choices } = parts;
  const content = { prompt: prompt.weights, receipt: prompt.receipt, task, choices };
  const providerKeyId = keyIdOf(publicKeyText(providerKey));
  // The student by its weights: published anew under another version they are the same, and so is the submission.
  const purpose = `submit ${digestOf(
    canonicalJson({
      providerKeyId,
      ownerKeyId: keyIdOf(publicKeyText(key)),
      studentDigest,
      prompt: digestOf(prompt.weights),
      receipt: digestOf(prompt.receipt),
      task: taskDigest(task),
      choices: choicesDigest(choices),
    }),
  )}`;
  const named = attemptAt(memory, purpose, parts.again);
  const { request, answer } = memory.errand(named, () => {
    const nonce = randomBytes(16).toString('hex');
    const submission = { ...content, studentId, studentVersion, idempotencyKey: nonce };
    const envelope = sealEnvelope(submission, { providerKeyId, studentDigest }, dayOf(new Date()), key);
    return JSON.stringify({ nonce, studentId, studentVersion, envelope, receipt: digestOf(prompt.receipt) });
  });
  const sent = requestSchema.parse(JSON.parse(request));
  const student = { studentId: sent.studentId, studentVersion: sent.studentVersion };
  const { nonce: idempotencyKey, envelope } = sent;
  const submission = Object.freeze({ ...content, ...student, idempotencyKey, envelope, [SEALED]: true } as const);
  sealed.add(submission);
  return { submission, purpose: named, jobId: answer };
}

/** Those that `sealSubmission` made: a copy with other content is none of them. */
const sealed = new WeakSet<object>();

/** Whether `value` came from `sealSubmission` as it is, whatever its type says. */
export function isSealedSubmission(value: unknown): value is SealedSubmission {
  return typeof value === 'object' && value !== null && sealed.has(value);
}

/** Digests of all receipts that were submitted. */
export function submittedReceipts(memory: SiteMemory): ReadonlySet<string> {
  return new Set(memory.errands('submit ').map(({ request }) => requestSchema.parse(JSON.parse(request)).receipt));
}
