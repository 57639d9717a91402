/** @file From the bytes of a request to the folder that a transfer starts from. */
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { narrowF16 } from '@softpost/shared/artifact/half';
import { readPromptFolder } from '@softpost/shared/artifact/prompt-folder';
import { OPEN_BODY, ownerKey, PRIVATE_BODY } from '@softpost/shared/receipt/receipt.fixture';
import { verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import type {
  CreateTransferRequest,
  CreateTransferRequest__Output,
} from '@softpost/shared/rpc/generated/softpost/v1/CreateTransferRequest';
import { expect, test } from 'vitest';
import { acceptSubmission } from './accept-submission.ts';
import { receivedSubmission } from './received-submission.ts';
import {
  CHOICES,
  createTransferCodec,
  PROMPT,
  promptFile,
  promptHeader,
  student,
  submissionWith,
  TASK,
  TASK_MESSAGE,
  TERMS,
} from './submission.fixture.ts';
import { writeSubmittedPrompt } from './write-submitted-prompt.ts';

const codec = createTransferCodec();

/** Through protobuf and back. */
function sent(request: CreateTransferRequest): CreateTransferRequest__Output {
  return codec.decode(codec.encode(request));
}

const { idempotencyKey, studentId, studentVersion, prompt: file, receipt, signedEnvelope } = submissionWith();
const rest = { idempotencyKey, studentId, studentVersion, prompt: file, receipt, signedEnvelope };
const task = TASK_MESSAGE;

test('nothing said is nothing said', () => {
  const received = receivedSubmission(
    sent({ ...rest, task, options: { comparison: 'COMPARISON_VOCABULARY', seed: 1 } }),
  );
  expect(received).toEqual({ ...rest, prompt: Buffer.from(PROMPT), task: TASK, choices: CHOICES });
  expect(acceptSubmission(received, TERMS)).toMatchObject({ virtualTokens: 2 });
});

test('everything said is said', () => {
  const options = { datasetId: 'mail', alpha: 0, comparison: 'COMPARISON_LABELS', steps: 7, seed: 2 ** 52 } as const;
  const full = { ...task, initText: 'A film', maxLength: 64 };
  expect(receivedSubmission(sent({ ...rest, task: full, options }))).toMatchObject({
    task: full,
    choices: { datasetId: 'mail', alpha: 0, compare: 'labels', steps: 7, seed: 2 ** 52 },
  });
});

test.each([
  ['no task', { options: { comparison: 'COMPARISON_LABELS' } } as const, refusal('BAD_TASK_FILE', /task/)],
  ['no options', { task }, refusal('BAD_OPTION', /options/)],
  ['no comparison', { task, options: { seed: 1 } }, refusal('BAD_OPTION', /compare/)],
  ['a comparison of the future', { task, options: { comparison: 3 as never } }, refusal('BAD_OPTION', /compare/)],
])('a request with %s is refused', (_, request, fault) => {
  expect(() => acceptSubmission(receivedSubmission(sent({ ...rest, ...request })), TERMS)).toThrow(
    expect.objectContaining(fault),
  );
});

const narrow = promptFile(
  promptHeader({ dtype: 'F16', data_offsets: [0, 12] }),
  new Uint8Array(narrowF16(Float32Array.of(1, 1, 1, -1, 0.5, 1)).buffer),
);

test.each([
  ['with privacy', {}, PRIVATE_BODY],
  ['without privacy', {}, OPEN_BODY],
  ['in half precision', { prompt: narrow }, PRIVATE_BODY],
] as const)('what was accepted becomes a folder whose receipt holds: %s', async (_, change, receiptBody) => {
  const terms = { ...TERMS, privacy: { allowWithoutDp: true } };
  const accepted = acceptSubmission(submissionWith({ ...change, receiptBody }), terms);
  const dir = join(await temporaryFolder(), 'prompt');
  await writeSubmittedPrompt(dir, accepted, student);
  expect(await readFile(join(dir, 'adapter_model.safetensors'))).toEqual(Buffer.from(accepted.prompt));
  const { prompt, card } = await readPromptFolder(dir);
  expect(prompt).toEqual({ embeddings: Float32Array.of(1, 1, 1, -1, 0.5, 1), virtualTokens: 2, hiddenSize: 3 });
  expect(card).toMatchObject({ step: 'tune', belongsTo: 'student', digests: { student: student.modelDigest } });
  await expect(verifyReceipt({ promptDir: dir, publicKey: createPublicKey(ownerKey) })).resolves.toMatchObject({
    covers: 'prompt',
  });
});
