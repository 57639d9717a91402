/** @file For tests: a sound submission, and ones that an owner with its own key has altered wherever it can. */

import { createPublicKey, sign } from 'node:crypto';
import { digestOf } from '@softpost/shared/artifact/digest';
import { manifestBody, providerKey } from '@softpost/shared/manifest/manifest.fixture';
import { openManifest, sealManifest } from '@softpost/shared/manifest/signed-manifest';
import { PRIVATE_BODY, ownerKey, sealAltered } from '@softpost/shared/receipt/receipt.fixture';
import type { ReceiptBody } from '@softpost/shared/receipt/receipt';
import { canonicalJson } from '@softpost/shared/signature/canonical-json';
import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { choicesDigest, taskDigest, type TransferChoices } from '@softpost/shared/submission/submission';
import type { Task } from '@softpost/shared/text/task';
import type { ReceivedSubmission, SubmissionTerms } from './accept-submission.ts';

export const TODAY = '2026-06-15';
export const PROVIDER_KEY_ID = keyIdOf(publicKeyText(providerKey));

export const student = openManifest(sealManifest(manifestBody(), providerKey), {
  publicKey: createPublicKey(providerKey),
  studentId: 'films-student',
  today: TODAY,
});

export const TERMS: SubmissionTerms = {
  ownerPublicKey: createPublicKey(ownerKey).export({ type: 'spki', format: 'pem' }).toString(),
  providerKeyId: PROVIDER_KEY_ID,
  student,
  today: TODAY,
  privacy: { allowWithoutDp: false },
};

export const TASK: Task = {
  name: 'films',
  template: '{text} It was {mask}.',
  labels: [
    { name: 'good', words: ['great'] },
    { name: 'bad', words: ['terrible', 'awful'] },
  ],
};

export const CHOICES: TransferChoices = { compare: 'vocabulary', seed: 1 };

/** A safetensors file with this header, padded to a multiple of eight as ours are, and these bytes behind it. */
export function promptFile(header: unknown, data: Uint8Array): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

/** The header of a prompt, with anything in it changed. */
export function promptHeader(change: object = {}, shape: readonly number[] = [2, 3]): object {
  const bytes = 4 * shape.reduce((product, size) => product * size, 1);
  const tensor = { dtype: 'F32', shape, data_offsets: [0, bytes], ...change };
  return { __metadata__: { format: 'pt' }, prompt_embeddings: tensor };
}

/** A prompt of rows of three values. */
export function promptOf(...values: readonly number[]): Uint8Array {
  const data = new Uint8Array(Float32Array.from(values).buffer);
  return promptFile(promptHeader({}, [values.length / 3, 3]), data);
}

export const PROMPT: Uint8Array = promptOf(1, 1, 1, -1, 0.5, 1);

export interface Alterations {
  readonly prompt?: Uint8Array;
  /** Of the receipt's fields, before the owner signs it. */
  readonly receipt?: object;
  readonly receiptBody?: ReceiptBody;
  readonly task?: unknown;
  readonly choices?: unknown;
  /** Of the envelope's fields, before the owner signs it. */
  readonly envelope?: object;
  /** Of the submission itself, once all is signed. */
  readonly sent?: Partial<ReceivedSubmission>;
}

/** A submission whose parts agree, but for what is altered. */
export function submissionWith(change: Alterations = {}): ReceivedSubmission {
  const { prompt = PROMPT, task = TASK, choices = CHOICES } = change;
  const promptDigest = digestOf(prompt);
  const bound = { promptDigest, studentDigest: student.modelDigest };
  const receipt = sealAltered({ ...bound, ...change.receipt }, change.receiptBody ?? PRIVATE_BODY);
  const received = {
    idempotencyKey: 'nonce-1',
    studentId: student.studentId,
    studentVersion: student.studentVersion,
    prompt,
    receipt,
    task,
    choices,
  };
  const envelope = {
    type: 'softpost-submission',
    version: 1,
    providerKeyId: PROVIDER_KEY_ID,
    studentId: received.studentId,
    studentVersion: received.studentVersion,
    ...bound,
    receiptDigest: digestOf(receipt),
    taskDigest: digestFrom(() => taskDigest(task as Task)),
    choicesDigest: digestFrom(() => choicesDigest(choices as TransferChoices)),
    nonce: received.idempotencyKey,
    issuedDay: TODAY,
    ...change.envelope,
  };
  return { ...received, signedEnvelope: signEnvelope(envelope), ...change.sent };
}

/** As `sealEnvelope`, but with any fields whatever, or without them where undefined. */
function signEnvelope(fields: object): string {
  const publicKey = publicKeyText(ownerKey);
  const all = Object.entries({ publicKey, keyId: keyIdOf(publicKey), ...fields });
  const envelope = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  const signature = sign(null, Buffer.from(canonicalJson(envelope)), ownerKey).toString('base64url');
  return canonicalJson({ envelope, signature });
}

/** A part that has no digest is refused for what it is, whatever the envelope says. */
function digestFrom(compute: () => string): string {
  try {
    return compute();
  } catch {
    return digestOf('none');
  }
}
