/** @file Prompts of several tenants in one memory that is too small for all of them. A prompt of 10 virtual tokens takes 1000 bytes. */

import { parseTask } from '@softpost/shared/text/task';
import { beforeEach, expect, test } from 'vitest';
import { createPromptStore, type HeldPrompt, type PromptStore } from './prompt-store.ts';

const labels = ['bad', 'good'].map((word) => ({ name: word, words: [word] }));
const TASK = parseTask({ name: 'mood', template: '{text}', labels });
const NEVER = new AbortController().signal;

let store: PromptStore;
beforeEach(() => {
  store = createPromptStore({ budgetBytes: 4000, prefixBytes: 92 });
});

interface Wanted {
  readonly of?: string;
  readonly virtualTokens?: number;
  readonly signal?: AbortSignal;
}

/** 10 * (2 numbers of 4 bytes + 92) bytes, or as many as are asked for. */
async function hold(id: string, { of = 'one', virtualTokens = 10, signal = NEVER }: Wanted = {}): Promise<HeldPrompt> {
  const prompt = { embeddings: new Float32Array(2 * virtualTokens), virtualTokens, hiddenSize: 2 };
  return (await store.hold({ id, tenantId: of, content: { prompt, task: TASK }, signal }))!;
}

async function put(id: string, wanted: Wanted = {}): Promise<void> {
  store.release(await hold(id, wanted));
}

async function has(id: string): Promise<boolean> {
  const prompt = await store.hold({ id, tenantId: 'one', signal: NEVER });
  if (prompt) store.release(prompt);
  return prompt !== undefined;
}

/** What has come by now. */
async function come(...calls: readonly Promise<unknown>[]): Promise<readonly boolean[]> {
  const later = new Promise((resolve) => void setImmediate(resolve, 'later'));
  return Promise.all(calls.map(async (call) => (await Promise.race([call, later])) !== 'later'));
}

// Kills: a budget that does not count keys and values; one that drops the oldest instead of the one unused for longest.
test('within the budget, prompts that were not used for longest go first', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await put(id);
  expect(store).toMatchObject({ bytes: 4000, count: 4 });
  expect(await has('a')).toBe(true);
  await put('e');
  expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(has))).toEqual([true, false, true, true, true]);
  await put('large', { virtualTokens: 20 });
  expect(store).toMatchObject({ bytes: 4000, count: 3 });
});

// Kills: dropping what is in use, because nobody asked for it since.
test('what is in use stays, however long ago it was asked for', async () => {
  const a = await hold('a');
  for (const id of ['b', 'c', 'd', 'e']) await put(id);
  expect(await Promise.all(['a', 'b', 'c'].map(has))).toEqual([true, false, true]);
  store.release(a);
});

// Kills: a refusal of what will fit in a moment.
test('what has no room beside what is in use waits until others leave', async () => {
  const all = { virtualTokens: 20 };
  const [a, again] = [await hold('a', all), await hold('a', all)];
  await hold('b', { of: 'two', ...all });
  const third = hold('c', { of: 'three' });
  expect(await come(third)).toEqual([false]);
  store.release(a);
  expect(await come(third)).toEqual([false]);
  expect(store).toMatchObject({ bytes: 4000, count: 2, waiting: 1 });
  store.release(again);
  expect(await come(third)).toEqual([true]);
  expect(store).toMatchObject({ bytes: 3000, count: 2, waiting: 0 });
});

// Kills: a memory that belongs to the tenant that came first.
test('one tenant holds half of the memory at most, however often it asks', async () => {
  const [a] = [await hold('a'), await hold('b')];
  const [c, d] = [hold('c'), hold('d')];
  const other = hold('x', { of: 'two' });
  expect(await come(c, d, other)).toEqual([false, false, true]);
  store.release(a);
  expect(await come(c, d)).toEqual([true, false]);
});

// Kills: tenants that never leave what they have, while another one waits for ever.
test('while one waits for room, nobody comes in anew, not even to a prompt in use', async () => {
  const all = { virtualTokens: 20 };
  const a = await hold('a', all);
  await hold('b', { of: 'two', ...all });
  const third = hold('c', { of: 'three', ...all });
  const again = hold('a', all);
  expect(await come(third, again)).toEqual([false, false]);
  store.release(a);
  expect(await come(third, again)).toEqual([true, false]);
  store.release(await third);
  expect(await come(again)).toEqual([true]);
});

test('one that gives up lets the next one have its turn', async () => {
  const all = { virtualTokens: 20 };
  await hold('a', all);
  await hold('b', { of: 'two' });
  const controller = new AbortController();
  const large = hold('c', { of: 'three', ...all, signal: controller.signal });
  const small = hold('d', { of: 'four' });
  expect(await come(small)).toEqual([false]);
  controller.abort();
  await expect(large).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await come(small)).toEqual([true]);
});

test('what could never be held is refused at once', async () => {
  await expect(hold('a', { virtualTokens: 21 })).rejects.toMatchObject({ code: 'SERVING_BUSY' });
  expect(store).toMatchObject({ bytes: 0, waiting: 0 });
});
