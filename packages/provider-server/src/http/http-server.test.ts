/** @file Over real sockets, in front of a real model. */

import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { SoftpostError } from '@softpost/shared/errors';
import { seededRandom } from '@softpost/shared/seeded-random';
import { parseTask } from '@softpost/shared/text/task';
import { REFERENCE_MODEL } from '@softpost/shared/text/tokenizers.fixture';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { startServing, type ServedPrompt } from '../serve/serving.ts';
import { createSlots } from '../rpc/slots.ts';
import { createAuthority, issueCertificate } from '../tls/certificates.ts';
import type { HttpCaller } from './admission.ts';
import { startHttpServer, type HttpOptions } from './http-server.ts';
import { createMetrics } from './metrics.ts';

const task = parseTask({
  name: 'mood',
  template: '{text} It was',
  labels: ['bad', 'good'].map((word) => ({ name: word, words: [word] })),
});

const CALLERS: Readonly<Record<string, HttpCaller>> = {
  'anna-key': { tenantId: 'tenant-anna', role: 'owner', keyId: 'anna' },
  'bert-key': { tenantId: 'tenant-bert', role: 'owner', keyId: 'bert', concurrentCalls: 2 },
  'op-key': { tenantId: null, role: 'operator', keyId: 'op' },
};
const PROMPTS: Readonly<Record<string, string>> = { 'prompt-anna': 'tenant-anna', 'prompt-bert': 'tenant-bert' };

const metrics = createMetrics();
const unmetered = startServing({
  teachers: [{ id: 'ref+1', modelDir: REFERENCE_MODEL! }],
  budgetBytes: 128 << 20,
  readPrompt: async (tenantId, promptId): Promise<ServedPrompt> => {
    if (PROMPTS[promptId] !== tenantId) throw new SoftpostError('UNKNOWN_ID', 'there is no such prompt');
    return {
      teacherId: 'ref+1',
      task,
      load: async () => {
        const random = seededRandom(promptId.length);
        const embeddings = Float32Array.from({ length: 4 * 256 }, () => (random() - 0.5) / 4);
        return { embeddings, virtualTokens: 4, hiddenSize: 256 };
      },
    };
  },
});
const options: HttpOptions = {
  serving: metrics.metered(unmetered),
  metrics,
  authenticate: async (bearer) => {
    const caller = CALLERS[bearer];
    if (!caller) throw new SoftpostError('UNAUTHENTICATED', 'there is no such key');
    return caller;
  },
  listPrompts: async (tenantId) =>
    Object.entries(PROMPTS)
      .filter(([, owner]) => owner === tenantId)
      .map(([id]) => ({ id, teacherId: 'ref+1', createdAt: new Date(1_700_000_000_000) })),
  slots: createSlots(),
  limits: { calls: 100, callsPerTenant: 16 },
  port: 0,
};
const server = await startHttpServer(options);
afterAll(async () => {
  await server.close(0);
  await unmetered.close();
});

interface Answer {
  readonly id: string;
  readonly choices: readonly {
    readonly text?: string;
    readonly message?: { readonly role: string; readonly content: string };
    readonly delta?: { readonly role?: string; readonly content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: object;
  readonly error?: { readonly message: string; readonly type: string; readonly code: string };
}

const MODEL = 'ref+1+prompt-anna';

function post(path: string, body: object | string, key = 'anna-key', signal?: AbortSignal): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function answer(path: string, body: object, key?: string): Promise<Answer> {
  return (await (await post(path, body, key)).json()) as Answer;
}

/** The events of a stream; the last one must be [DONE]. */
async function events(path: string, body: object): Promise<readonly Answer[]> {
  const response = await post(path, { ...body, stream: true });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const lines = (await response.text()).split('\n\n').filter((line) => line !== '');
  expect(lines.pop()).toBe('data: [DONE]');
  return lines.map((line) => JSON.parse(line.replace(/^data: /, '')) as Answer);
}

const COMPLETION = { model: MODEL, prompt: 'the sea, the sea, the sea,', max_tokens: 12, temperature: 0 };
const CHAT = { model: MODEL, messages: [{ role: 'user', content: 'Who was it?' }], max_tokens: 12, temperature: 0 };

test('a completion comes at once, or in chunks that join to the same', async () => {
  const whole = await answer('/v1/completions', COMPLETION);
  expect(whole).toMatchObject({
    object: 'text_completion',
    model: MODEL,
    choices: [{ index: 0, finish_reason: 'length', logprobs: null }],
    usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21, virtual_tokens: 4 },
  });
  const chunks = await events('/v1/completions', { ...COMPLETION, stream_options: { include_usage: true } });
  expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(whole.choices[0]!.text);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
  expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
});

test('a conversation is answered as an assistant', async () => {
  const whole = await answer('/v1/chat/completions', CHAT);
  expect(whole).toMatchObject({ object: 'chat.completion', choices: [{ message: { role: 'assistant' } }] });
  const chunks = await events('/v1/chat/completions', CHAT);
  expect(chunks[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '' });
  expect(chunks.map(({ choices }) => choices[0]?.delta?.content ?? '').join('')).toBe(
    whole.choices[0]!.message!.content,
  );
  expect(chunks.at(-1)).toMatchObject({
    object: 'chat.completion.chunk',
    choices: [{ delta: {}, finish_reason: 'length' }],
  });
});

test('a stop string and a seed hold', async () => {
  const free = await answer('/v1/completions', COMPLETION);
  const stop = free.choices[0]!.text!.slice(5, 8);
  const stopped = await answer('/v1/completions', { ...COMPLETION, stop });
  expect(stopped.choices[0]).toMatchObject({
    finish_reason: 'stop',
    text: free.choices[0]!.text!.slice(0, free.choices[0]!.text!.indexOf(stop)),
  });
  const sampled = { ...COMPLETION, temperature: 1, seed: 7 };
  const [first, second] = await Promise.all([answer('/v1/completions', sampled), answer('/v1/completions', sampled)]);
  expect(first.choices).toEqual(second.choices);
});

test('models are the prompts of the caller', async () => {
  const list = async (key: string): Promise<unknown> =>
    (await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).json();
  expect(await list('bert-key')).toEqual({
    object: 'list',
    data: [{ id: 'ref+1+prompt-bert', object: 'model', created: 1_700_000_000, owned_by: 'you' }],
  });
  expect(await list('op-key')).toMatchObject({ error: { type: 'permission_error' } });
});

// Kills: a prompt of another tenant that is refused otherwise than one that is not there.
test('the prompt of another tenant is as unknown as one that is not there, also in a stream', async () => {
  const other = await answer('/v1/completions', { ...COMPLETION, model: 'ref+1+prompt-bert' });
  const none = await answer('/v1/completions', { ...COMPLETION, model: 'ref+1+none' });
  expect(other).toEqual(none);
  expect(other.error).toMatchObject({ type: 'invalid_request_error', code: 'UNKNOWN_ID' });
  const stream = await post('/v1/completions', { ...COMPLETION, model: 'ref+1+prompt-bert', stream: true });
  expect(stream.status).toBe(404);
  for (const model of ['ref+prompt-anna', 'prompt-anna', '+prompt-anna', 'ref+1+'])
    expect((await post('/v1/completions', { ...COMPLETION, model })).status).toBe(404);
});

test.each<[number, string, object | string, string?]>([
  [401, 'UNAUTHENTICATED', COMPLETION, 'nobody'],
  [403, 'PERMISSION_DENIED', COMPLETION, 'op-key'],
  [400, 'BAD_REQUEST', { ...COMPLETION, temperature: 3 }],
  [400, 'BAD_REQUEST', { ...COMPLETION, tools: [] }],
  [400, 'BAD_REQUEST', { ...COMPLETION, n: 2 }],
  [400, 'BAD_REQUEST', { ...COMPLETION, logprobs: 1 }],
  [400, 'BAD_REQUEST', '{"model":'],
  [400, 'BAD_REQUEST', JSON.stringify({ ...COMPLETION, prompt: 'x'.repeat(1 << 20) })],
  [400, 'CONTEXT_TOO_LONG', { ...COMPLETION, max_tokens: 510 }],
  [400, 'CONTEXT_TOO_LONG', { ...COMPLETION, max_tokens: 510, stream: true }],
])('refuses with %d %s: %j', async (status, code, body, key) => {
  const response = await post('/v1/completions', body, key);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { code, param: null } });
});

// Kills: work for a client that is gone.
test.each([true, false])('a client that goes away ends its work (stream: %s)', async (stream) => {
  const cancelled = async (): Promise<number> =>
    Number(/calls_total\{kind="generate",end="CANCELLED"\} (\d+)/.exec(await metrics.text())?.[1] ?? 0);
  const before = await cancelled();
  const controller = new AbortController();
  const long = { ...COMPLETION, max_tokens: 350, stream };
  const pending = post('/v1/completions', long, 'anna-key', controller.signal);
  await expect.poll(async () => (await unmetered.stats()).get('ref+1')?.running, { timeout: 3000 }).toBe(1);
  controller.abort();
  await pending.catch(() => undefined);
  await expect.poll(cancelled, { timeout: 5000 }).toBe(before + 1);
  expect((await unmetered.stats()).get('ref+1')?.running).toBe(0);
});

// Kills: a label of what a client wrote.
test('metrics count calls and tokens, and hold nothing of tenants, prompts or texts', async () => {
  await answer('/v1/completions', { ...COMPLETION, prompt: 'canary-text', user: 'canary-user' });
  await fetch(`${server.url}/canary-path`);
  await post('/v1/completions', { ...COMPLETION, model: 'canary-teacher+canary-prompt' });
  const read = (key: string): Promise<Response> =>
    fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect((await read('anna-key')).status).toBe(403);
  const text = await (await read('op-key')).text();
  expect(text).toMatch(/softpost_http_requests_total\{route="\/v1\/completions",status="200"\} \d+/);
  expect(text).toMatch(/softpost_serving_calls_total\{kind="generate",end="ok"\} \d+/);
  expect(text).toMatch(/softpost_serving_calls_total\{kind="generate",end="UNKNOWN_ID"\} \d+/);
  expect(text).toMatch(/softpost_serving_tokens_total\{direction="written"\} \d+/);
  expect(text).toMatch(/softpost_serving_prompt_bytes\{teacher="ref\+1"\} [1-9]/);
  expect(text).not.toMatch(/canary|tenant|anna|bert/);
});

test('anyone may ask whether it is up, and for the description of all that it answers', async () => {
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  };
  for (const [path, methods] of Object.entries(document.paths)) {
    const [method = ''] = Object.keys(methods);
    expect((await fetch(server.url + path, { method: method.toUpperCase() })).status, path).not.toBe(404);
  }
  expect(JSON.stringify(document.paths['/v1/completions'])).toContain('"max_tokens"');
});

test('a port that is taken is named', async () => {
  const port = Number(new URL(server.url).port);
  await expect(startHttpServer({ ...options, port })).rejects.toMatchObject({
    code: 'CANNOT_LISTEN',
    message: expect.stringContaining(String(port)) as string,
  });
});

// Kills: an HTTP port without the limit of the gRPC port; a place that is not given back.
test('a tenant has its places and no more, others have theirs, and they are free again when the answers have left', async () => {
  const long = { ...COMPLETION, model: 'ref+1+prompt-bert', max_tokens: 300, stream: true };
  const leaving = new AbortController();
  const streams = await Promise.all([1, 2].map(() => post('/v1/completions', long, 'bert-key', leaving.signal)));
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  const refused = await post('/v1/completions', long, 'bert-key');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'TOO_MANY_REQUESTS' } });
  expect((await post('/v1/completions', COMPLETION)).status).toBe(200);
  leaving.abort();
  const again = async (): Promise<number> =>
    (await post('/v1/completions', { ...COMPLETION, model: 'ref+1+prompt-bert' }, 'bert-key')).status;
  await expect.poll(again, { timeout: 5000 }).toBe(200);
});

// Kills: a body that is read before the key is checked.
test('who has no key is refused before the body has come', async () => {
  const request = httpRequest(`${server.url}/v1/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer nobody', 'content-type': 'application/json', 'content-length': 1000 },
  });
  onTestFinished(() => void request.destroy());
  request.write('{');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(401);
});

test('with certificate and key it speaks TLS, and nothing else', async () => {
  const authority = await createAuthority('test', { days: 1 });
  const tls = await issueCertificate(authority, { kind: 'server', hosts: ['localhost', '127.0.0.1'] }, { days: 1 });
  const secure = await startHttpServer({ ...options, tls });
  onTestFinished(() => secure.close(0));
  const request = httpsRequest(`${secure.url}/healthz`, { ca: authority.certificate }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect([response.statusCode, await json(response)]).toEqual([200, { status: 'ok' }]);
  await expect(fetch(secure.url.replace('https', 'http'))).rejects.toThrow('fetch failed');
});

// Kills: an end that waits for whoever has said nothing yet, or reads nothing.
test('its end waits for an answer, and not for a connection that asks for nothing', async () => {
  const ending = await startHttpServer(options);
  const silent = connect(Number(new URL(ending.url).port), '127.0.0.1');
  await once(silent, 'connect');
  const headers = { authorization: 'Bearer anna-key', 'content-type': 'application/json' };
  const running = fetch(`${ending.url}/v1/completions`, { method: 'POST', headers, body: JSON.stringify(COMPLETION) });
  await expect.poll(async () => (await unmetered.stats()).get('ref+1')?.running, { interval: 5 }).toBe(1);
  const start = performance.now();
  await ending.close(3000);
  expect((await running).status).toBe(200);
  expect(performance.now() - start).toBeLessThan(10_000);
});
