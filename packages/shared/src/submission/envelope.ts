/**
 * @file The signed envelope of a submission: {"envelope": ..., "signature": ...}. It says what is sent, to whom, for which student, once; so nothing
 * in a submission can be exchanged, and no submission can be used a second time, elsewhere or by somebody else.
 */

import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { digestOf, digestSchema, type Digest } from '../artifact/digest.ts';
import { SoftpostError } from '../errors.ts';
import { modelIdSchema, studentVersionSchema } from '../manifest/manifest.ts';
import { addDays, daySchema } from '../signature/day.ts';
import { signedDocument, signerFields } from '../signature/signed-document.ts';
import { choicesDigest, taskDigest, type Submission } from './submission.ts';

const envelopeSchema = z.strictObject({
  type: z.literal('softpost-submission'),
  version: z.literal(1),
  /** The provider it is for. */
  providerKeyId: digestSchema,
  studentId: modelIdSchema,
  studentVersion: studentVersionSchema,
  /** The model digest in the student's manifest. */
  studentDigest: digestSchema,
  promptDigest: digestSchema,
  receiptDigest: digestSchema,
  taskDigest: digestSchema,
  choicesDigest: digestSchema,
  /** The provider keeps it for as long as the envelope would be accepted. */
  nonce: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** On which it was signed (UTC). */
  issuedDay: daySchema,
  ...signerFields,
});

export type Envelope = Readonly<z.infer<typeof envelopeSchema>>;

const document = signedDocument<Envelope>({
  name: 'envelope',
  source: 'envelope',
  schema: envelopeSchema,
  maxLength: 4096,
  code: 'BAD_ENVELOPE',
});

export interface Addressee {
  readonly providerKeyId: Digest;
  /** The model digest in the student's manifest. */
  readonly studentDigest: Digest;
}

/** Signs with the owner's key. @throws SoftpostError BAD_ENVELOPE when a field is not as the schema says */
export function sealEnvelope(submission: Submission, to: Addressee, today: string, privateKey: KeyObject): string {
  const { idempotencyKey: nonce, studentId, studentVersion } = submission;
  return document.seal(
    {
      type: 'softpost-submission',
      version: 1,
      ...to,
      studentId,
      studentVersion,
      ...partDigests(submission),
      nonce,
      issuedDay: today,
    },
    privateKey,
  );
}

export interface Acceptance {
  /** The owner's key, as the provider has it. */
  readonly publicKey: KeyObject;
  /** The provider's own. */
  readonly providerKeyId: Digest;
  /** Today (UTC). */
  readonly today: string;
  /** Days after its own on which an envelope is still accepted. */
  readonly windowDays: number;
}

/**
 * The envelope, if it is by this owner, for this provider, and of these days. An owner's clock may be a day ahead.
 * @throws SoftpostError BAD_ENVELOPE naming what is wrong
 */
export function openEnvelope(text: string, { publicKey, providerKeyId, today, windowDays }: Acceptance): Envelope {
  const envelope = document.open(text, publicKey);
  if (envelope.providerKeyId !== providerKeyId) refuse('providerKeyId is that of another provider');
  const [first, last] = [addDays(today, -windowDays), addDays(today, 1)];
  if (envelope.issuedDay < first || envelope.issuedDay > last) {
    refuse(`issuedDay is ${envelope.issuedDay}; accepted are ${first} to ${last}`);
  }
  return envelope;
}

/** @throws SoftpostError BAD_ENVELOPE naming the first field that says another thing than what was sent */
export function checkEnvelope(envelope: Envelope, submission: Submission, studentDigest: Digest): void {
  const { idempotencyKey: nonce, studentId, studentVersion } = submission;
  const sent = { nonce, studentId, studentVersion, studentDigest, ...partDigests(submission) };
  for (const [field, value] of Object.entries(sent)) {
    if (envelope[field as keyof typeof sent] !== value) refuse(`${field} is not that of what was sent`);
  }
}

function partDigests({ prompt, receipt, task, choices }: Submission) {
  return {
    promptDigest: digestOf(prompt),
    receiptDigest: digestOf(receipt),
    taskDigest: taskDigest(task),
    choicesDigest: choicesDigest(choices),
  };
}

function refuse(fault: string): never {
  throw new SoftpostError('BAD_ENVELOPE', `envelope: ${fault}`);
}
