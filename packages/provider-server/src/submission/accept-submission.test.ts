/** @file Submissions of owners that sign whatever they like: each names the code that it gets, and the field. */
import { generateKeyPairSync } from 'node:crypto';
import { digestOf } from '@softpost/shared/artifact/digest';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { narrowBf16, narrowF16 } from '@softpost/shared/artifact/half';
import { BANDED_BODY, OPEN_BODY, ownerKey, PRIVATE_BODY } from '@softpost/shared/receipt/receipt.fixture';
import { sealReceipt } from '@softpost/shared/receipt/signed-receipt';
import { sealEnvelope } from '@softpost/shared/submission/envelope';
import { expect, test } from 'vitest';
import { acceptSubmission, type SubmissionTerms } from './accept-submission.ts';
import { NASTY_SUBMISSIONS, NASTY_TERMS } from './nasty-submissions.fixture.ts';
import {
  CHOICES,
  PROMPT,
  promptFile,
  promptHeader,
  PROVIDER_KEY_ID,
  student,
  submissionWith,
  TASK,
  TERMS,
  TODAY,
} from './submission.fixture.ts';

const { epsilon } = PRIVATE_BODY;

test('a sound submission is accepted, with everything read', () => {
  const accepted = acceptSubmission(submissionWith(), TERMS);
  expect(accepted).toMatchObject({ virtualTokens: 2, dtype: 'F32', task: TASK, choices: CHOICES, prompt: PROMPT });
  expect(accepted.claim).toMatchObject({ epsilon, promptDigest: digestOf(PROMPT) });
  expect(accepted.envelope).toMatchObject({ nonce: 'nonce-1', studentDigest: student.modelDigest });
});

test('what the owner’s client seals is accepted', () => {
  const submission = {
    ...submissionWith(),
    task: TASK,
    choices: { ...CHOICES, datasetId: 'mail', alpha: 0.5, steps: 10 },
  };
  const to = { providerKeyId: PROVIDER_KEY_ID, studentDigest: student.modelDigest };
  const signedEnvelope = sealEnvelope(submission, to, TODAY, ownerKey);
  expect(acceptSubmission({ ...submission, signedEnvelope }, TERMS)).toMatchObject({ choices: submission.choices });
});

test.each([
  ['F16', narrowF16],
  ['BF16', narrowBf16],
] as const)('a prompt in %s is accepted', (dtype, narrow) => {
  const values = narrow(Float32Array.of(1, 1, 1, -1, 0.5, 1));
  const prompt = promptFile(promptHeader({ dtype, data_offsets: [0, 12] }), new Uint8Array(values.buffer));
  expect(acceptSubmission(submissionWith({ prompt }), TERMS)).toMatchObject({ dtype, virtualTokens: 2 });
});

test('a receipt of correlated noise is accepted', () => {
  const accepted = acceptSubmission(submissionWith({ receiptBody: BANDED_BODY }), TERMS);
  expect(accepted.claim.mechanism).toBe('banded-gaussian');
});

test('the bytes may begin anywhere in memory', () => {
  const message = Buffer.concat([Buffer.from('abc'), PROMPT]);
  const prompt = message.subarray(3);
  expect(acceptSubmission(submissionWith({ prompt }), TERMS)).toMatchObject({ virtualTokens: 2 });
});

test.each(['2026-06-08', '2026-06-16'])('an envelope of %s is of these days', (issuedDay) => {
  expect(acceptSubmission(submissionWith({ envelope: { issuedDay } }), TERMS)).toBeTruthy();
});

test.each(['2024-02-29', '2026-06-16'])('a receipt of %s is of no day to come', (date) => {
  expect(acceptSubmission(submissionWith({ receipt: { date } }), TERMS).claim.date).toBe(date);
});

// Kills: T14, a prompt without privacy accepted because nobody looked.
test('a prompt without privacy is accepted only where the provider says so', () => {
  const open = submissionWith({ receiptBody: OPEN_BODY });
  expect(() => acceptSubmission(open, TERMS)).toThrow(
    expect.objectContaining(refusal('PRIVACY_TOO_WEAK', /without privacy/)),
  );
  const terms = { ...TERMS, privacy: { allowWithoutDp: true, maxEpsilon: 1 } };
  expect(acceptSubmission(open, terms).claim.mechanism).toBe('none');
});

test('an epsilon and a delta at the provider’s limit are accepted, above it they are not', () => {
  const within = { allowWithoutDp: false, maxEpsilon: epsilon.enforced, maxDelta: 1e-6 };
  expect(acceptSubmission(submissionWith(), { ...TERMS, privacy: within })).toBeTruthy();
  for (const [limit, message] of [
    [{ maxEpsilon: epsilon.enforced - 1e-6 }, /epsilon is/],
    [{ maxDelta: 9e-7 }, /delta is/],
  ] as const) {
    expect(() => acceptSubmission(submissionWith(), { ...TERMS, privacy: { ...within, ...limit } })).toThrow(
      expect.objectContaining(refusal('PRIVACY_TOO_WEAK', message)),
    );
  }
});

const otherKey = generateKeyPairSync('ed25519');
const terms: SubmissionTerms = { ...TERMS, ...NASTY_TERMS };

test.each(NASTY_SUBMISSIONS)('%s is refused', (_, change, code, message) => {
  expect(() => acceptSubmission(submissionWith(change), terms)).toThrow(
    expect.objectContaining(refusal(code, message)),
  );
});

test('every nasty differs from what is accepted under the same terms', () => {
  expect(acceptSubmission(submissionWith(), terms)).toBeTruthy();
});

// Kills: T10 across tenants, and a receipt borrowed from another owner.
test('what one owner signed is nothing to the tenant of another key', () => {
  const ownerPublicKey = otherKey.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  expect(() => acceptSubmission(submissionWith(), { ...TERMS, ownerPublicKey })).toThrow(
    expect.objectContaining(refusal('BAD_ENVELOPE', /another key/)),
  );
  const body = { ...PRIVATE_BODY, promptDigest: digestOf(PROMPT), studentDigest: student.modelDigest };
  const receipt = sealReceipt(body, otherKey.privateKey);
  const borrowed = submissionWith({ envelope: { receiptDigest: digestOf(receipt) }, sent: { receipt } });
  expect(() => acceptSubmission(borrowed, TERMS)).toThrow(
    expect.objectContaining(refusal('BAD_RECEIPT', /another key/)),
  );
});
