import { expect, test } from 'vitest';
import { refusal } from '../artifact/folder.fixture.ts';
import { MAX_PROMPT_HEADER_BYTES } from '../artifact/prompt-folder.ts';
import { LENGTH_BYTES } from '../artifact/safetensors-header.ts';
import { MAX_RECEIPT_BYTES } from '../receipt/signed-receipt.ts';
import { MAX_MESSAGE_BYTES } from '../rpc/channel.ts';
import { encodeRequest } from '../rpc/definitions.ts';
import type { Task } from '../text/task.ts';
import { checkTask, MAX_PROMPT_VALUES, MAX_TASK_CHARACTERS, promptSizeFault } from './limits.ts';

/** A task of as many characters as are accepted, each of three bytes. */
function largestTask(more = 0): Task & { readonly initText: string } {
  const labels = Array.from({ length: 6 }, (_, label) => ({
    name: `${label}`,
    words: Array.from({ length: 100 }, (_word, word) => `${word}`.padEnd(100, '語')),
  }));
  const task = { name: 'films', template: '{text} It was {mask}.', labels, initText: '語' };
  const missing = MAX_TASK_CHARACTERS - JSON.stringify(task).length;
  return { ...task, initText: '語'.repeat(1 + missing + more) };
}

// Kills: limits that are each kept, of a whole that gRPC refuses.
test('the largest submission is a message that both sides take', () => {
  const task = largestTask();
  checkTask(task);
  const message = encodeRequest('/softpost.v1.TransferService/CreateTransfer', {
    idempotencyKey: 'x'.repeat(64),
    studentId: 'x'.repeat(128),
    studentVersion: 2 ** 31 - 1,
    prompt: Buffer.alloc(LENGTH_BYTES + MAX_PROMPT_HEADER_BYTES + 4 * MAX_PROMPT_VALUES),
    receipt: 'x'.repeat(MAX_RECEIPT_BYTES),
    signedEnvelope: 'x'.repeat(4096),
    task: { ...task, maxLength: 131_072, labels: task.labels.map(({ name, words }) => ({ name, words: [...words] })) },
    options: { datasetId: 'x'.repeat(128), alpha: 0.5, steps: 10_000_000, seed: 2 ** 31 - 1 },
  });
  expect(message.byteLength).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
});

test('a prompt has so many rows, and so many values, and no more', () => {
  const faults = [256, 257].map((virtualTokens) => promptSizeFault({ virtualTokens, hiddenSize: 8192 }));
  expect(faults).toEqual([undefined, expect.stringContaining('at most 256')]);
  expect(promptSizeFault({ virtualTokens: 128, hiddenSize: 16_384 })).toBeUndefined();
  expect(promptSizeFault({ virtualTokens: 129, hiddenSize: 16_384 })).toMatch(/at most 128 of 16384 values/);
});

test('a task is refused by the file that it came from: too long, or no Unicode', () => {
  expect(() => checkTask(largestTask(1), 'task.yaml')).toThrow(
    expect.objectContaining(refusal('BAD_TASK_FILE', /^task\.yaml: 65537 characters; at most 65536/)),
  );
  expect(() => checkTask({ ...largestTask(-1), initText: '\ud800' })).toThrow(
    expect.objectContaining(refusal('BAD_TASK_FILE', /./)),
  );
});
