/** @file Calls to a running server: deadlines, cancellation, places, messages that are none, and the end. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, credentials, status, type StatusObject } from '@grpc/grpc-js';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { SoftpostError } from '@softpost/shared/errors';
import { MAX_MESSAGE_BYTES } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';
import { fromStatus } from '@softpost/shared/rpc/status';
import { expect, test, vi } from 'vitest';
import type { CallContext } from './gate.ts';
import { rawCall } from './raw-call.fixture.ts';
import {
  call,
  servicesThat,
  startTestServer,
  stream,
  type TestServer,
  type TestServerOptions,
} from './server.fixture.ts';

const LIST = '/softpost.v1.StudentService/ListStudents';
const WATCH = '/softpost.v1.StudentService/DownloadStudent';
const HEALTH = '/grpc.health.v1.Health/Check';

type Handler = (request: object, context: CallContext) => unknown;

async function serverWith(handler: Handler, options: TestServerOptions = {}): Promise<TestServer> {
  return startTestServer({ services: servicesThat(handler), ...options });
}

/** Until the caller is gone, and then for as long as the test says. */
function untilAborted({ signal }: CallContext): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
}

async function settled<T>(promise: Promise<T>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

test('an answer comes, and the log says so without what was asked', async () => {
  const server = await serverWith(async () => ({ nextPageToken: 'next' }));
  const channel = server.open({ apiKey: await server.newKey() });
  expect(await call(channel, LIST, { pageToken: 'CANARY' })).toEqual({ students: [], nextPageToken: 'next' });
  expect(server.log).toHaveLength(1);
  expect(server.log[0]).toMatchObject({ method: LIST, status: 'OK', level: 30, tenant: [...server.tenants.keys()][0] });
});

test('a typed error arrives as it was thrown', async () => {
  const server = await serverWith(async () => {
    throw new SoftpostError('UNKNOWN_ID', 'there is no such student', { cause: new Error('CANARY') });
  });
  const channel = server.open({ apiKey: await server.newKey() });
  await expect(call(channel, LIST, {})).rejects.toMatchObject(
    refusal('UNKNOWN_ID', /^provider: there is no such student$/),
  );
  expect(server.log[0]).toMatchObject({ status: 'NOT_FOUND', error: 'UNKNOWN_ID' });
});

test('of any other error the caller learns nothing, and the log the place', async () => {
  const server = await serverWith((): never => {
    throw new TypeError('CANARY is not a function');
  });
  const channel = server.open({ apiKey: await server.newKey() });
  await expect(call(channel, LIST, {})).rejects.toMatchObject(refusal('ENGINE', /unexpected error/));
  expect(server.log[0]).toMatchObject({ status: 'INTERNAL', level: 50 });
  expect(JSON.stringify(server.log[0])).toMatch(/TypeError.*server\.test\.ts/);
  expect(JSON.stringify(server.log[0])).not.toContain('CANARY');
});

test('a client without TLS reaches nothing', async () => {
  const handler = vi.fn<Handler>();
  const server = await serverWith(handler);
  const client = new Client(server.address, credentials.createInsecure());
  const error = await new Promise((resolve) =>
    client.makeUnaryRequest(
      LIST,
      () => Buffer.alloc(0),
      String,
      {},
      (reason) => resolve(reason),
    ),
  );
  client.close();
  expect(error).toMatchObject({ code: status.UNAVAILABLE });
  expect(handler).not.toHaveBeenCalled();
});

test('a message that is none is refused by name', async () => {
  const handler = vi.fn<Handler>();
  const server = await serverWith(handler);
  const channel = server.open({ apiKey: await server.newKey() });
  await expect(channel.unary(LIST, Buffer.from([0x12, 0xff, 0xff]))).rejects.toMatchObject(
    refusal('BAD_REQUEST', /message/),
  );
  expect(handler).not.toHaveBeenCalled();
});

test('a message above the limit is refused before it is read', async () => {
  const handler = vi.fn<Handler>();
  const server = await serverWith(handler);
  const answer = await rawCall(server, LIST, Buffer.alloc(MAX_MESSAGE_BYTES + 1), { key: await server.newKey() });
  expect(answer).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  expect(fromStatus(answer as StatusObject).code).toBe('BAD_REQUEST');
  expect(handler).not.toHaveBeenCalled();
});

// Mutant: details are sent as they are. gRPC throws on a lone surrogate where nobody catches it, and anyone can ask for health.
test('no character that a caller sends ends the process', async () => {
  const server = await serverWith(async () => {
    throw new SoftpostError('UNKNOWN_ID', `there is no student ${String.fromCharCode(0xd800)}`);
  });
  const surrogate = (field: number): Buffer => Buffer.from([(field << 3) | 2, 0x03, 0xed, 0xa0, 0x80]);
  expect(await rawCall(server, HEALTH, surrogate(1))).toMatchObject({ code: status.NOT_FOUND });
  expect(await rawCall(server, LIST, surrogate(2), { key: await server.newKey() })).toMatchObject({
    code: status.NOT_FOUND,
  });
  expect(await rawCall(server, HEALTH, Buffer.alloc(0))).toBeInstanceOf(Buffer);
});

test('a call that takes too long ends, and its handler is told', async () => {
  let reason: unknown;
  const server = await serverWith(
    (_, context) =>
      untilAborted(context).catch((error: unknown) => {
        reason = error;
        throw error;
      }),
    { limits: { timeoutMs: 100 } },
  );
  const channel = server.open({ apiKey: await server.newKey() });
  await expect(call(channel, LIST, {})).rejects.toMatchObject(refusal('DEADLINE_EXCEEDED', /^provider: /));
  expect(reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

test("the caller's deadline ends the call on both sides", async () => {
  const aborted = Promise.withResolvers<void>();
  const server = await serverWith((_, context) => untilAborted(context).finally(aborted.resolve));
  const channel = server.open({ apiKey: await server.newKey() });
  await expect(call(channel, LIST, {}, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await aborted.promise;
  expect(server.log[0]).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
});

test('a caller who gives up ends the handler, of a call and of a stream', async () => {
  const ended: string[] = [];
  const begun = Promise.withResolvers<void>();
  const server = await startTestServer({
    services: {
      StudentService: {
        ...servicesThat(() => undefined).StudentService,
        ListStudents: (_, context) => {
          begun.resolve();
          return untilAborted(context).finally(() => ended.push('call'));
        },
        DownloadStudent: async function* () {
          try {
            for (let offset = 0; ; offset++) yield { chunk: { offset, content: Buffer.alloc(1) } };
          } finally {
            ended.push('stream');
          }
        },
      },
    },
  });
  const channel = server.open({ apiKey: await server.newKey() });
  const controller = new AbortController();
  const answer = settled(call(channel, LIST, {}, { signal: controller.signal }));
  await begun.promise;
  controller.abort();
  expect(await answer).toMatchObject({ code: 'CANCELLED' });
  for await (const { chunk } of stream(channel, WATCH, {})) if (chunk!.offset > 3) break;
  await vi.waitFor(() => expect(ended.sort()).toEqual(['call', 'stream']));
});

test('a tenant has its places and no more, and others have theirs', async () => {
  const handler = vi.fn<Handler>((_, context) => untilAborted(context));
  const server = await serverWith(handler, { limits: { callsPerTenant: 3 } });
  const [key, other] = [await server.newKey('owner', { limits: { concurrentCalls: 2 } }), await server.newKey()];
  const [channel, others] = [server.open({ apiKey: key }), server.open({ apiKey: other })];
  const controller = new AbortController();
  const { signal } = controller;
  const open = [channel, channel, others, others, others].map((from) => settled(call(from, LIST, {}, { signal })));
  await vi.waitFor(() => expect(handler).toHaveBeenCalledTimes(5));
  for (const from of [channel, others]) {
    await expect(call(from, LIST, {})).rejects.toMatchObject(refusal('TOO_MANY_REQUESTS', /calls at a time/));
  }
  controller.abort();
  await Promise.all(open);
  // The places are free again.
  await vi.waitFor(async () => {
    const error = await settled(call(channel, LIST, {}, { timeoutMs: 200 }));
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});

// Mutant: the place is given back when the caller is gone, though the handler works on.
test('a handler that does not end keeps its place', async () => {
  const work = Promise.withResolvers<object>();
  const server = await serverWith(() => work.promise, { limits: { callsPerTenant: 1, timeoutMs: 100 } });
  const channel = server.open({ apiKey: await server.newKey() });
  await expect(call(channel, LIST, {})).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await expect(call(channel, LIST, {})).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  work.resolve({});
  await vi.waitFor(async () => expect(await call(channel, LIST, {})).toBeDefined());
});

test('all together have the places that there are, also before it is known who they are', async () => {
  const handler = vi.fn<Handler>((_, context) => untilAborted(context));
  const server = await serverWith(handler, { limits: { calls: 4 } });
  const channels = await Promise.all([1, 2].map(async () => server.open({ apiKey: await server.newKey() })));
  for (const channel of [...channels, ...channels]) void settled(call(channel, LIST, {}));
  await vi.waitFor(() => expect(handler).toHaveBeenCalledTimes(4));
  await expect(call(server.open(), LIST, {})).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
});

test('a caller who is gone before it is let in leaves no place taken', async () => {
  const server = await serverWith(async () => ({}), { limits: { callsPerTenant: 1, calls: 5 } });
  const channel = server.open({ apiKey: await server.newFreshKey() });
  await settled(call(server.open(), LIST, {}));
  // The first check of a key takes some 50 ms.
  for (let turn = 0; turn < 5; turn++) await settled(call(channel, LIST, {}, { timeoutMs: 20 }));
  await vi.waitFor(async () => expect(await call(channel, LIST, {})).toBeDefined());
});

test('a key that is revoked is refused from then on, also where it was known', async () => {
  const server = await serverWith(async () => ({}));
  const channel = server.open({ apiKey: await server.newKey() });
  await call(channel, LIST, {});
  server.keys.clear();
  await expect(call(channel, LIST, {})).rejects.toMatchObject(refusal('UNAUTHENTICATED', /key is not valid/));
});

test('a long header, another scheme and no key at all are refused alike', async () => {
  const server = await serverWith(async () => ({}));
  const request = encodeRequest(LIST, {});
  for (const headers of [{ authorization: `Bearer ${'x'.repeat(9000)}` }, { authorization: 'Basic abc' }, {}]) {
    expect(await rawCall(server, LIST, request, { headers })).toMatchObject({ code: status.UNAUTHENTICATED });
  }
});

test('bytes that are no HTTP/2 leave the server as it was', async () => {
  const server = await serverWith(async () => ({}));
  const socket = connect(server.port, 'localhost');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.end(randomBytes(10_000));
  await once(socket, 'close');
  expect(await rawCall(server, HEALTH, Buffer.alloc(0))).toBeInstanceOf(Buffer);
});
