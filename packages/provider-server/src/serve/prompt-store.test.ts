import { parseTask } from '@softpost/shared/text/task';
import { expect, test } from 'vitest';
import { createPromptStore, type PromptStore } from './prompt-store.ts';

const labels = ['bad', 'good'].map((word) => ({ name: word, words: [word] }));
const TASK = parseTask({ name: 'mood', template: '{text}', labels });

/** A prompt of 10 virtual tokens takes 10 * (2 numbers of 4 bytes + 92) = 1000 bytes. */
function put(store: PromptStore, id: string, virtualTokens = 10): void {
  store.release(store.put(id, { embeddings: new Float32Array(2 * virtualTokens), virtualTokens, hiddenSize: 2 }, TASK));
}

function has(store: PromptStore, id: string): boolean {
  const prompt = store.hold(id);
  if (prompt) store.release(prompt);
  return prompt !== undefined;
}

// Kills: a budget that does not count keys and values; one that drops the oldest instead of the one unused for longest.
test('within the budget, prompts that were not used for longest go first', () => {
  const store = createPromptStore(3000, 92);
  for (const id of ['a', 'b', 'c']) put(store, id);
  expect(store).toMatchObject({ bytes: 3000, count: 3 });
  expect(has(store, 'a')).toBe(true);
  put(store, 'd');
  expect(['a', 'b', 'c', 'd'].map((id) => has(store, id))).toEqual([true, false, true, true]);
  put(store, 'large', 20);
  expect(store).toMatchObject({ bytes: 3000, count: 2 });
});

// Kills: dropping what is in use; dropping others for one that does not fit all the same.
test('a prompt in use stays, and one that does not fit beside it is refused', () => {
  const store = createPromptStore(3000, 92);
  put(store, 'a');
  const first = store.hold('a')!;
  const second = store.hold('a')!;
  put(store, 'b');
  const tooLarge = (): void => put(store, 'large', 30);
  const busy = expect.objectContaining({ code: 'SERVING_BUSY' }) as Error;
  expect(tooLarge).toThrow(busy);
  expect(has(store, 'b')).toBe(true);
  store.release(first);
  expect(tooLarge).toThrow(busy);
  store.release(second);
  tooLarge();
  expect(store).toMatchObject({ bytes: 3000, count: 1 });
});
