/** @file A provider under load: downloads survive its end, and neither floods nor readers that do not read fill its memory. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { downloadFile, type DownloadOptions } from '@softpost/shared/rpc/download';
import { isUnavailable } from '@softpost/shared/rpc/is-unavailable';
import { expect, onTestFinished, test } from 'vitest';
import { createServerFolder } from '../tls/tls-folder.ts';
import { downloadFrom, startFileServer, type FileServer } from './file-server-process.fixture.ts';

const MIB = 1 << 20;

interface Setup {
  readonly content: Buffer;
  readonly file: DownloadOptions['file'];
  readonly dir: string;
  readonly start: () => Promise<FileServer>;
}

async function setUp(mib: number): Promise<Setup> {
  const root = await temporaryFolder();
  const [tls, source, dir] = [join(root, 'tls'), join(root, 'model.safetensors'), join(root, 'to')];
  await createServerFolder(tls, { hosts: ['localhost'], days: 1 });
  await mkdir(dir);
  const content = randomBytes(mib * MIB);
  await writeFile(source, content);
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}` as const;
  return {
    content,
    dir,
    file: { name: 'model.safetensors', sizeBytes: content.length, digest },
    start: async () => {
      const server = await startFileServer(tls, source);
      onTestFinished(() => void server.process.kill('SIGKILL'));
      return server;
    },
  };
}

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a download goes on after %s of the provider, and ends with the file',
  async (signal) => {
    const { content, dir, file, start } = await setUp(40);
    const begins: number[] = [];
    for (;;) {
      const server = await start();
      const channel = server.open();
      let begin: number | undefined;
      const error = await downloadFile({
        dir,
        file,
        read: downloadFrom(channel),
        onProgress: (bytes) => {
          begin ??= bytes;
          // In the first two turns it ends in the middle.
          if (begins.length < 2 && bytes - begin === 4 * MIB) server.process.kill(signal);
        },
      }).catch((reason: unknown) => reason);
      begins.push(begin!);
      channel.close();
      server.process.kill('SIGKILL');
      if (error === undefined) break;
      expect(isUnavailable(error)).toBe(true);
    }
    expect(begins).toHaveLength(3);
    // Each turn goes on at least where the one before was stopped.
    expect(begins[1]! - begins[0]!).toBeGreaterThan(4 * MIB);
    expect(begins[2]! - begins[1]!).toBeGreaterThan(4 * MIB);
    expect(content.equals(await readFile(join(dir, file.name)))).toBe(true);
  },
  180_000,
);

function flood(server: FileServer, calls: number, key: string, body: Buffer): Promise<readonly status[]> {
  const client = new Client(server.address, credentials.createSsl(server.ca), { 'grpc.max_send_message_length': -1 });
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  const path = '/softpost.v1.StudentService/ListStudents';
  const one = (): Promise<status> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        path,
        () => body,
        String,
        {},
        metadata,
        (error: ServiceError | null) => resolve(error?.code ?? status.OK),
      );
    });
  return Promise.all(Array.from({ length: calls }, one));
}

// Mutants: the body is read before the key is checked; calls have no places; a stream is written without waiting.
test('a flood of calls, with keys and without, and readers that stop leave its memory as it was', async () => {
  const { start } = await setUp(64);
  const server = await start();
  const memoryAfter = async (rounds: number): Promise<number> => {
    for (let round = 0; round < rounds; round++) {
      const refused = await flood(server, 200, 'wrong', Buffer.alloc(64 << 10));
      expect(refused).not.toContain(status.OK);
      expect(await flood(server, 200, 'spk', Buffer.alloc(0))).toContain(status.OK);
    }
    return (await server.memory()).rss;
  };
  // Node.js takes some 100 MiB more until its code is compiled and its heap has its size.
  const before = await memoryAfter(5);
  const afterFlood = await memoryAfter(3);
  expect((afterFlood - before) / MIB).toBeLessThan(50);

  const channel = server.open();
  const readers = Array.from({ length: 60 }, () =>
    downloadFrom(channel)(0, new AbortController().signal)[Symbol.asyncIterator](),
  );
  const first = await Promise.allSettled(readers.map((reader) => reader.next()));
  // So many as there are places; each holds a few chunks of its 64.
  expect(first.filter((result) => result.status === 'fulfilled')).toHaveLength(32);
  const stalled = await server.memory();
  expect((stalled.peak - afterFlood) / MIB).toBeLessThan(32 * 8);
  channel.close();
}, 300_000);
