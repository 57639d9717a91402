/** @file Requests of several tenants, with several prompts and lengths: the same answers as alone, and fair, bounded, cancellable. */

import { scoreLabels } from '@softpost/shared/scoring/scorer';
import { openTaskModel } from '@softpost/shared/scoring/task-model';
import { seededRandom } from '@softpost/shared/seeded-random';
import { parseTask } from '@softpost/shared/text/task';
import { LLAMA_MODEL, REFERENCE_MODEL } from '@softpost/shared/text/tokenizers.fixture';
import { expect, test } from 'vitest';
import {
  openServingEngine,
  PROMPT_MISSING,
  type Classified,
  type GenerateRequest,
  type PromptOfRequest,
  type ServingEngine,
  type TeacherSettings,
} from './engine.ts';

const MODELS = [REFERENCE_MODEL, LLAMA_MODEL].filter((dir) => dir !== undefined);
const never = new AbortController().signal;

const TASK = parseTask({
  name: 'mood',
  template: '{text} It was',
  labels: [
    { name: 'bad', words: ['bad', 'sad'] },
    { name: 'good', words: ['good'] },
  ],
});

const settings = (modelDir: string, more: Partial<TeacherSettings> = {}): TeacherSettings => ({
  modelDir,
  budgetBytes: 256 << 20,
  sequences: 4,
  maxTokens: 256,
  queue: { total: 100, perTenant: 100 },
  ...more,
});

function prompt(id: string, virtualTokens: number, hiddenSize: number): PromptOfRequest {
  const random = seededRandom(virtualTokens);
  const embeddings = Float32Array.from({ length: virtualTokens * hiddenSize }, () => (random() - 0.5) / 4);
  return { id, content: { prompt: { embeddings, virtualTokens, hiddenSize }, task: TASK } };
}

const WORDS = 'Once upon a time there was a little girl and she had a big red ball . They went to the park'.split(' ');

/** Twelve requests of three tenants. */
function requests(hiddenSize: number): readonly GenerateRequest[] {
  return Array.from({ length: 12 }, (_, index) => ({
    tenantId: `tenant ${index % 3}`,
    prompt: prompt(`prompt ${index % 5}`, 3 + 4 * (index % 5), hiddenSize),
    text: WORDS.slice(0, 1 + ((7 * index) % WORDS.length)).join(' '),
    writing: {
      maxTokens: 1 + ((11 * index) % 40),
      temperature: index % 2,
      topP: 0.9,
      seed: index,
      stop: index % 4 === 3 ? [' and', 'zz'] : [],
    },
  }));
}

async function generate(engine: ServingEngine, request: GenerateRequest): Promise<object> {
  let text = '';
  const written = await engine.generate(request, never, (piece) => void (text += piece));
  return { written, text };
}

async function hiddenSizeOf(modelDir: string): Promise<number> {
  return (await openTaskModel(modelDir, TASK, 0)).model.architecture.hiddenSize;
}

// Kills: a cache that keeps what lay in it before; members that move without their tokens; one sampler for all.
test.each(MODELS)('texts are written the same together as alone: %s', async (modelDir) => {
  const all = requests(await hiddenSizeOf(modelDir));
  const engine = await openServingEngine(settings(modelDir));
  const alone: object[] = [];
  for (const request of all) alone.push(await generate(engine, request));
  const together = await Promise.all(all.map((request) => generate(engine, request)));
  expect(together).toEqual(alone);
  // And in a process that has seen nothing else.
  const fresh = await openServingEngine(settings(modelDir));
  expect(await generate(fresh, all[7]!)).toEqual(alone[7]);
});

// Kills: passes that mix up the prompts of their texts; scores that depend on the pass.
test.each(MODELS)('texts are classified the same together as alone, and as the scorer does: %s', async (modelDir) => {
  const hiddenSize = await hiddenSizeOf(modelDir);
  const engine = await openServingEngine(settings(modelDir));
  const all = requests(hiddenSize).map(({ tenantId, prompt: from, text }) => ({
    tenantId,
    prompt: from,
    texts: [text, `${text} and it was not good`, ''],
  }));
  const alone: (Classified | typeof PROMPT_MISSING)[] = [];
  for (const request of all) alone.push(await engine.classify(request, never));
  expect(await Promise.all(all.map((request) => engine.classify(request, never)))).toEqual(alone);
  for (const [index, { prompt: from, texts }] of all.entries()) {
    const { prompt: soft, task } = from.content!;
    const { model, verbalizer, encode } = await openTaskModel(modelDir, task, soft.virtualTokens);
    const scores = await scoreLabels(model, verbalizer, texts.map(encode), { prompt: soft });
    const answer = alone[index]!;
    if (answer === PROMPT_MISSING) throw new Error('the prompt was sent along');
    for (const [row, [bad, good]] of answer.probabilities.entries())
      expect(Math.log(bad! / good!)).toBeCloseTo(scores[2 * row]! - scores[2 * row + 1]!, 4);
  }
});

const modelDir = REFERENCE_MODEL!;
const HIDDEN = 256;

/** A request whose text nothing ends before `maxTokens`. */
function endless(maxTokens: number, more: Partial<GenerateRequest> = {}): GenerateRequest {
  const writing = { maxTokens, temperature: 0, topP: 1, seed: 1, stop: [] };
  return { tenantId: 'a', prompt: prompt('p', 4, HIDDEN), text: 'the sea, the sea, the sea,', writing, ...more };
}

/** Resolves with the order in which they end. */
async function endings(work: Readonly<Record<string, Promise<unknown>>>): Promise<readonly string[]> {
  const order: string[] = [];
  const record = (name: string) => (): void => void order.push(name);
  await Promise.all(Object.entries(work).map(([name, end]) => end.then(record(name), record(name))));
  return order;
}

// Kills: a batch that is closed until all of it has ended.
test('a short text that comes later ends before a long one', async () => {
  const engine = await openServingEngine(settings(modelDir));
  let shortOne: Promise<object> | undefined;
  const long = engine.generate(endless(100), never, () => {
    shortOne ??= generate(engine, endless(3));
  });
  await expect.poll(() => shortOne, { timeout: 10_000 }).toBeDefined();
  expect(await endings({ long, short: shortOne! })).toEqual(['short', 'long']);
});

// Kills: one slot more than there is; a cancelled text that is written to its end.
test('cancelling frees the place at once, and changes nothing for the others', async () => {
  const engine = await openServingEngine(settings(modelDir, { sequences: 2 }));
  const expected = await generate(engine, endless(140));
  const controller = new AbortController();
  const other = generate(engine, endless(140));
  const cancelled = engine.generate(endless(240), controller.signal, () => undefined);
  // All three are of one pool.
  const waiting = generate(engine, endless(130));
  await expect.poll(() => engine.stats(), { timeout: 10_000 }).toMatchObject({ running: 2, waiting: 1 });
  controller.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect.poll(() => engine.stats(), { timeout: 10_000, interval: 5 }).toMatchObject({ running: 2, waiting: 0 });
  expect(await other).toEqual(expected);
  await waiting;
  expect(engine.stats()).toMatchObject({ running: 0, waiting: 0 });
  await expect(engine.generate(endless(5), AbortSignal.abort(), () => undefined)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  await expect(
    engine.classify({ tenantId: 'a', prompt: prompt('p', 4, HIDDEN), texts: ['a'] }, AbortSignal.abort()),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
});

test.each<[string, Partial<TeacherSettings>, GenerateRequest, RegExp]>([
  ['CONTEXT_TOO_LONG', {}, endless(510), /4 virtual tokens, a text of \d and 510 to write exceed the 512 positions/],
  ['CONTEXT_TOO_LONG', { maxTokens: 10 }, endless(11), /11 tokens to write exceed the 10/],
  ['CONTEXT_TOO_LONG', {}, endless(1, { text: 'x'.repeat(17_000) }), /17000 characters/],
  ['CONTEXT_TOO_LONG', { budgetBytes: 8 << 20 }, endless(250), /a sequence of \d+ tokens takes \d+ bytes/],
  ['SERVING_BUSY', { budgetBytes: 1 << 16 }, endless(1), /a prompt of 4 virtual tokens takes \d+ bytes/],
  ['SERVING_BUSY', { queue: { total: 0, perTenant: 5 } }, endless(1), /0 texts are waiting/],
  ['PROMPT_MISMATCH', {}, endless(1, { prompt: prompt('p', 4, 64) }), /hidden size 64/],
])('refuses with %s before memory is taken: %j', async (code, more, request, message) => {
  const engine = await openServingEngine(settings(modelDir, more));
  await expect(engine.generate(request, never, () => undefined)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
  expect(engine.stats()).toMatchObject({ running: 0, waiting: 0, cacheBytes: 0 });
});

test('without maxTokens as many are written as fit, at most 64', async () => {
  const engine = await openServingEngine(settings(modelDir));
  const { writing, ...request } = endless(1);
  const asMany = { ...request, writing: { ...writing, maxTokens: undefined } };
  expect(await generate(engine, asMany)).toMatchObject({ written: { usage: { outputTokens: 64, virtualTokens: 4 } } });
  const text = Array(159).fill('the sea,').join(' ');
  expect(await generate(engine, { ...asMany, text })).toMatchObject({ written: { finish: 'length' } });
});

// Kills: opening a pool beyond the budget; small texts that keep a long one waiting for ever.
test('a long text gets its memory though short ones keep coming', async () => {
  // One pool of 4 short texts, or one of a long text.
  const engine = await openServingEngine(settings(modelDir, { budgetBytes: 22 << 20 }));
  const done = new AbortController();
  let most = 0;
  const shorts = Array.from({ length: 4 }, async (_, index) => {
    while (!done.signal.aborted) {
      await generate(engine, endless(20 + index));
      most = Math.max(most, engine.stats().cacheBytes);
    }
  });
  await expect.poll(() => engine.stats().running, { timeout: 10_000 }).toBeGreaterThan(1);
  await generate(engine, endless(200));
  done.abort();
  await Promise.all(shorts);
  expect(most).toBeLessThanOrEqual(0.625 * (22 << 20));
});

// Kills: one queue for all.
test('a tenant with many texts does not hold up another one', async () => {
  const engine = await openServingEngine(settings(modelDir, { sequences: 1 }));
  const many = Array.from({ length: 20 }, () => generate(engine, endless(10)));
  const one = generate(engine, endless(10, { tenantId: 'b' }));
  const order = await endings({ all: Promise.all(many), one, fifth: many[4]! });
  expect(order).toEqual(['one', 'fifth', 'all']);
});

// Kills: values of one tenant's prompt that reach the others in its batch.
test('a prompt that gives no finite numbers is refused, and the texts beside it are the same', async () => {
  const engine = await openServingEngine(settings(modelDir));
  const expected = await generate(engine, endless(30));
  const bad = prompt('bad', 14, HIDDEN);
  bad.content!.prompt.embeddings.fill(NaN);
  const others = [generate(engine, endless(30)), generate(engine, endless(30))];
  await expect(generate(engine, endless(30, { prompt: bad }))).rejects.toMatchObject({ code: 'NON_FINITE' });
  await expect(engine.classify({ tenantId: 'a', prompt: bad, texts: ['a'] }, never)).rejects.toMatchObject({
    code: 'NON_FINITE',
  });
  expect(await Promise.all(others)).toEqual([expected, expected]);
  // Its values would lie behind the four of this prompt, and 0 * NaN is NaN.
  expect(await engine.classify({ tenantId: 'a', prompt: prompt('p', 4, HIDDEN), texts: ['a'] }, never)).toMatchObject({
    usage: { virtualTokens: 4 },
  });
});

test('a prompt is asked for when it is not here, and not again while it is', async () => {
  const engine = await openServingEngine(settings(modelDir));
  const request = endless(2);
  const withoutContent = { ...request, prompt: { id: request.prompt.id } };
  expect(await generate(engine, withoutContent)).toMatchObject({ written: PROMPT_MISSING });
  await generate(engine, request);
  expect(await generate(engine, withoutContent)).toEqual(await generate(engine, request));
});
