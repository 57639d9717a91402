/** @file The end of a server: nothing is cut off that ends in time, and nobody can keep it from ending. */

import { status } from '@grpc/grpc-js';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CallContext } from './gate.ts';
import { rawCall } from './raw-call.fixture.ts';
import { call, servicesThat, startTestServer, stream, type TestServer } from './server.fixture.ts';

const LIST = '/softpost.v1.StudentService/ListStudents';
const DOWNLOAD = '/softpost.v1.StudentService/DownloadStudent';

interface Busy {
  readonly server: TestServer;
  readonly begun: Promise<unknown>;
  /** Chunks that were asked of the stream. */
  readonly sent: () => number;
  /** Lets the unary call answer. */
  readonly finish: () => void;
}

async function busyServer(): Promise<Busy> {
  const [begun, work] = [Promise.withResolvers<void>(), Promise.withResolvers<object>()];
  let sent = 0;
  const server = await startTestServer({
    services: {
      StudentService: {
        ...servicesThat(() => undefined).StudentService,
        ListStudents: () => {
          begun.resolve();
          return work.promise;
        },
        DownloadStudent: async function* (_: object, { signal }: CallContext) {
          const content = Buffer.alloc(1 << 20);
          for (; !signal.aborted; sent++) yield { chunk: { offset: sent, content } };
          signal.throwIfAborted();
        },
      },
    },
  });
  return { server, begun: begun.promise, sent: () => sent, finish: () => work.resolve({ nextPageToken: 'done' }) };
}

// Mutants: streams are not ended; the server closes without waiting.
test('calls end well, streams end so that they are resumed, new ones go elsewhere', async () => {
  const { server, begun, finish } = await busyServer();
  const channel = server.open({ apiKey: await server.newKey() });
  const answer = call(channel, LIST, {});
  const receiving = Promise.withResolvers<void>();
  const download = (async () => {
    for await (const { chunk } of stream(channel, DOWNLOAD, {})) if (chunk!.offset === 0) receiving.resolve();
  })();
  await Promise.all([begun, receiving.promise]);

  const drained = server.drain({ delayMs: 0, graceMs: 60_000 });
  await expect(download).rejects.toMatchObject(refusal('SHUTTING_DOWN', /restarts/));
  finish();
  expect(await answer).toMatchObject({ nextPageToken: 'done' });
  await drained;
  await expect(call(server.open(), LIST, {})).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

test('before it ends it says so to whoever asks', async () => {
  const { server } = await busyServer();
  const drained = server.drain({ delayMs: 1000, graceMs: 0 });
  expect(await rawCall(server, '/grpc.health.v1.Health/Check', new Uint8Array())).toEqual(Buffer.from([8, 2]));
  await drained;
});

test('a health watch is told, and does not keep it from ending', async () => {
  const { server } = await busyServer();
  const key = await server.newKey('operator');
  const watch = rawCall(server, '/grpc.health.v1.Health/Watch', new Uint8Array(), { key });
  const drained = server.drain({ delayMs: 300, graceMs: 60_000 });
  expect(await watch).toMatchObject({ code: status.UNAVAILABLE });
  await drained;
});

// Mutant: no time after which what is left is cut.
test('a handler that does not end, and a reader that does not read, are cut when the time is over', async () => {
  const { server, begun, sent } = await busyServer();
  const channel = server.open({ apiKey: await server.newKey() });
  // One that is not repeated.
  const answer = rawCall(server, LIST, new Uint8Array(), { key: await server.newKey() });
  const slow = stream(channel, DOWNLOAD, {})[Symbol.asyncIterator]();
  await Promise.all([begun, slow.next()]);
  // Until all buffers on the way are full.
  for (let before = -1; before < sent(); await sleep(1000)) before = sent();
  await server.drain({ delayMs: 0, graceMs: 300 });
  expect(await answer).toMatchObject({ code: status.UNAVAILABLE, details: 'the provider restarts' });
  await slow.return!();
});
