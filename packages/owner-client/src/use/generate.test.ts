import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { SoftpostError } from '@softpost/shared/errors';
import { expect, test } from 'vitest';
import { openEgressRecord } from '../egress-record/egress-record.ts';
import { openEgress } from '../egress.ts';
import { asId } from '../ids.ts';
import { startPeer, type Handlers } from '../provider.fixture.ts';
import { generate, type Completion } from './generate.ts';
import { textToComplete } from './inference-text.ts';

interface Written {
  readonly completion: Promise<Completion>;
  readonly pieces: readonly string[];
}

async function written(answer: Handlers['InferenceService/Generate']): Promise<Written> {
  const peer = await startPeer({ 'InferenceService/Generate': answer! });
  const egress = openEgress(peer, openEgressRecord(join(await temporaryFolder(), 'egress.sqlite')));
  const pieces: string[] = [];
  const context = { signal: new AbortController().signal, onText: (piece: string) => pieces.push(piece) };
  return { completion: generate(egress, asId('prompt', 'p-1'), textToComplete('Once'), {}, context), pieces };
}

test('pieces come one by one, and the whole at the end', async () => {
  const { completion, pieces } = await written(async function* () {
    yield { text: ' upon\n' };
    yield { text: '' };
    yield { text: ' a', finishReason: 'FINISH_REASON_STOP', usage: { inputTokens: 1, outputTokens: 2 } };
  });
  const usage = { inputTokens: 1, outputTokens: 2, virtualTokens: 0 };
  expect(await completion).toEqual({ text: ' upon\n a', finishReason: 'stop', usage });
  expect(pieces).toEqual([' upon\n', ' a']);
});

// Kills: a part taken for the whole.
test('a stream that ends before the completion does is a bad answer', async () => {
  const { completion } = await written(async function* () {
    yield { text: ' upon' };
  });
  await expect(completion).rejects.toMatchObject(refusal('BAD_ANSWER', /without saying why/));
});

test('a completion without an end is given up', async () => {
  const { completion } = await written(async function* () {
    for (let i = 0; i < 12; i++) yield { text: 'x'.repeat(1 << 17) };
  });
  await expect(completion).rejects.toMatchObject(refusal('BAD_ANSWER', /does not end/));
});

// Kills: a second completion, of which the pieces go on where the first one's end.
test('a connection that is lost in the middle is told, and nothing is asked again', async () => {
  let calls = 0;
  const { completion, pieces } = await written(async function* () {
    calls++;
    yield { text: ' upon' };
    throw new SoftpostError('SHUTTING_DOWN', 'going down');
  });
  await expect(completion).rejects.toMatchObject(refusal('SHUTTING_DOWN', /going down/));
  expect([calls, pieces]).toEqual([1, [' upon']]);
});

test.each([
  ['no text', () => textToComplete(' \n')],
  ['an empty stop', () => textToComplete('Once', [''])],
  ['too many stops', () => textToComplete('Once', Array<string>(17).fill('.'))],
])('%s is refused before it is sent', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
});
