import { execFileSync } from 'node:child_process';
import { seededRandom } from '@softpost/shared/seeded-random';
import { SoftpostError } from '@softpost/shared/errors';
import { parseTask } from '@softpost/shared/text/task';
import { REFERENCE_MODEL } from '@softpost/shared/text/tokenizers.fixture';
import { afterAll, expect, test } from 'vitest';
import { startServing, type GeneratedPiece, type GenerateCall, type ServedPrompt, type Serving } from './serving.ts';

const task = parseTask({
  name: 'mood',
  template: '{text} It was',
  labels: ['bad', 'good'].map((word) => ({ name: word, words: [word] })),
});

/** Prompts by `tenant/prompt`, and how often each was read from here. */
const loads = new Map<string, number>();
const readPrompt = async (tenantId: string, promptId: string): Promise<ServedPrompt> => {
  const known = ['anna/1', 'bert/2', 'anna/gone'];
  if (!known.includes(`${tenantId}/${promptId}`)) throw new SoftpostError('UNKNOWN_ID', 'there is no such prompt');
  return {
    teacherId: promptId === 'gone' ? 'another teacher' : 'ref',
    task,
    load: async () => {
      loads.set(promptId, (loads.get(promptId) ?? 0) + 1);
      const random = seededRandom(Number(promptId));
      const embeddings = Float32Array.from({ length: 4 * 256 }, () => (random() - 0.5) / 4);
      return { embeddings, virtualTokens: 4, hiddenSize: 256 };
    },
  };
};

const start = (): Serving =>
  startServing({ teachers: [{ id: 'ref', modelDir: REFERENCE_MODEL! }], readPrompt, budgetBytes: 128 << 20 });
const serving = start();
afterAll(() => serving.close());

const call = (more: Partial<GenerateCall> = {}): GenerateCall => ({
  tenantId: 'anna',
  promptId: '1',
  text: 'the sea, the sea, the sea,',
  maxTokens: 20,
  ...more,
});

async function collect(asked: GenerateCall, signal?: AbortSignal): Promise<{ text: string; end: unknown }> {
  let text = '';
  let end: unknown;
  for await (const piece of serving.generate(asked, signal)) {
    text += piece.text;
    end = piece.end;
  }
  return { text, end };
}

test('text comes piece by piece, its end with the usage', async () => {
  const pieces: GeneratedPiece[] = [];
  for await (const piece of serving.generate(call())) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.at(-1)).toEqual({
    text: '',
    end: { finish: 'length', usage: { inputTokens: 9, outputTokens: 20, virtualTokens: 4 } },
  });
  const { text } = await collect(call());
  expect(text).toBe(pieces.map((piece) => piece.text).join(''));
  expect(await collect(call({ temperature: 1, seed: 3 }))).toEqual(await collect(call({ temperature: 1, seed: 3 })));
});

test('texts are classified with the names of the labels', async () => {
  const { classifications, usage } = await serving.classify({ tenantId: 'anna', promptId: '1', texts: ['so', 'no'] });
  for (const { label, scores } of classifications) {
    expect(scores.map((score) => score.label)).toEqual(['bad', 'good']);
    expect(scores.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 10);
    expect(scores.find((score) => score.label === label)?.probability).toBeGreaterThanOrEqual(0.5);
  }
  expect(usage).toMatchObject({ outputTokens: 0, virtualTokens: 4 });
});

// Kills: a prompt found by its id alone, because the process still holds it.
test('a tenant gets the same answer for the prompt of another as for one that is not there', async () => {
  await serving.classify({ tenantId: 'bert', promptId: '2', texts: ['so'] });
  const answers = await Promise.all(
    ['2', 'none'].map((promptId) =>
      serving.classify({ tenantId: 'anna', promptId, texts: ['so'] }).catch((reason: unknown) => String(reason)),
    ),
  );
  expect(answers).toEqual(['SoftpostError: there is no such prompt', 'SoftpostError: there is no such prompt']);
  await expect(collect(call({ promptId: '2' }))).rejects.toMatchObject({ code: 'UNKNOWN_ID' });
  await expect(collect(call({ promptId: 'gone' }))).rejects.toMatchObject({ code: 'UNKNOWN_ID' });
});

test('the values of a prompt are read once', async () => {
  await collect(call());
  await collect(call());
  expect(loads.get('1')).toBe(1);
});

// Kills: work that goes on for a reader that has left.
test('leaving the loop, or aborting, ends the work', async () => {
  for await (const piece of serving.generate(call({ maxTokens: 300 }))) if (piece.text) break;
  await expect.poll(async () => (await serving.stats()).get('ref')?.running, { timeout: 2000 }).toBe(0);
  const controller = new AbortController();
  const aborted = (async () => {
    for await (const piece of serving.generate(call({ maxTokens: 300 }), controller.signal))
      if (piece.text) controller.abort();
  })();
  await expect(aborted).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await serving.stats()).get('ref')).toMatchObject({ running: 0, waiting: 0 });
});

test.each<[string, Partial<GenerateCall>]>([
  ['temperature', { temperature: 2.5 }],
  ['temperature', { temperature: NaN }],
  ['top_p', { topP: 0 }],
  ['seed', { seed: 0.5 }],
  ['max_tokens', { maxTokens: 0 }],
  ['stop', { stop: [''] }],
  ['stop', { stop: new Array<string>(17).fill('x') }],
])('refuses a bad %s: %j', async (name, more) => {
  await expect(collect(call(more))).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining(name) as string,
  });
});

test('refuses no texts, and too many', async () => {
  for (const count of [0, 257]) {
    const texts = new Array<string>(count).fill('a');
    await expect(serving.classify({ tenantId: 'anna', promptId: '1', texts })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  }
});

// Kills: a prompt that is thought to be there after the process died.
test('when the process dies its requests fail, and the next one is answered by another process', async () => {
  const { text } = await collect(call());
  const dying: Promise<unknown>[] = [];
  const killed = (async () => {
    for await (const piece of serving.generate(call({ maxTokens: 300 })))
      if (piece.text && dying.length === 0) {
        dying.push(serving.classify({ tenantId: 'anna', promptId: '1', texts: new Array<string>(200).fill('so') }));
        process.kill(pidOfChild(), 'SIGKILL');
      }
  })();
  await expect(killed).rejects.toMatchObject({ code: 'COMPUTE_PROCESS_DIED' });
  await expect(dying[0]).rejects.toMatchObject({ code: 'COMPUTE_PROCESS_DIED' });
  expect((await collect(call())).text).toBe(text);
});

/** The one child of this process that runs the serving entry. */
function pidOfChild(): number {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  const line = lines.split('\n').find((candidate) => candidate.includes('serving-process.ts'));
  return Number(line?.trim().split(' ')[0]);
}
