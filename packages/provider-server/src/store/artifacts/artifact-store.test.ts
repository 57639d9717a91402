/** @file Both stores, with real files and a real S3 server. */

import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import type { Digest } from '@softpost/shared/artifact/digest';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyOf, type ArtifactStore } from './artifact-store.ts';
import { openFolderStore } from './folder-store.ts';
import { openS3Store } from './s3-store.ts';
import { materialise, putFiles, putFolder, readFolder } from './stored-folder.ts';

const sha256 = (content: Uint8Array): Digest => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const nothing: Digest = `sha256:${'0'.repeat(64)}`;

let root: string;
let server: S3rver;
let endpoint: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpost-artifacts-'));
  server = new S3rver({
    port: 0,
    address: 'localhost',
    silent: true,
    directory: join(root, 's3'),
    configureBuckets: [{ name: 'bucket', configs: [] }],
  });
  const { port } = await server.run();
  endpoint = `http://localhost:${port}`;
  process.env['AWS_ACCESS_KEY_ID'] = process.env['AWS_SECRET_ACCESS_KEY'] = 'S3RVER';
});

afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

const s3 = (cacheDir: string) => openS3Store({ bucket: 'bucket', prefix: 'softpost/', endpoint, cacheDir });

interface Kind {
  readonly name: string;
  readonly open: () => Promise<ArtifactStore>;
  /** Overwrites what is stored, as a failing disk does. */
  readonly damage: (digest: Digest, content: Uint8Array) => Promise<void>;
}

let folders = 0;
const freshFolder = (): string => join(root, `folder-${folders++}`);
let current = '';

const kinds: readonly Kind[] = [
  {
    name: 'folder',
    open: () => openFolderStore((current = freshFolder())),
    damage: async (digest, content) => {
      await chmod(join(current, keyOf(digest)), 0o600);
      await writeFile(join(current, keyOf(digest)), content);
    },
  },
  {
    name: 'S3, with an empty cache',
    open: async () => {
      const writer = await s3(freshFolder());
      const reader = (): Promise<ArtifactStore> => s3(freshFolder());
      // Every read is by another machine than the write.
      return {
        ...writer,
        open: async (...range) => (await reader()).open(...range),
        path: async (digest) => (await reader()).path(digest),
      };
    },
    damage: async (digest, content) => {
      const file = join(root, 's3/bucket/softpost', `${keyOf(digest)}._S3rver_object`);
      await writeFile(file, content);
    },
  },
];

describe.each(kinds)('$name', ({ open, damage }) => {
  test('what is put as a file, as bytes and as a stream comes back, from any offset', async () => {
    const store = await open();
    const content = randomBytes(3 * 1024 * 1024 + 17);
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, content);
    const stored = { digest: sha256(content), sizeBytes: content.length };
    for (const source of [file, content, Readable.from([content.subarray(0, 5), content.subarray(5)])]) {
      expect(await store.put(source)).toEqual(stored);
    }
    for (const offset of [0, 1, 1 << 20, (1 << 20) + 3, content.length - 1, content.length]) {
      expect((await buffer(await store.open(stored.digest, offset))).equals(content.subarray(offset))).toBe(true);
    }
    expect((await readFile(await store.path(stored.digest))).equals(content)).toBe(true);
    expect(await store.has(stored.digest)).toBe(true);
    await store.delete(stored.digest);
    await store.delete(stored.digest);
    expect(await store.has(stored.digest)).toBe(false);
    await store.close();
  });

  test('nothing at all is a content, too', async () => {
    const store = await open();
    const { digest } = await store.put(Buffer.alloc(0));
    expect(await buffer(await store.open(digest))).toHaveLength(0);
  });

  // Kills: content that is sent on unchecked; a whole file handed out before the check.
  test('content that is damaged or missing is refused before its end', async () => {
    const store = await open();
    const content = randomBytes(3 << 20);
    const { digest } = await store.put(content);
    await damage(digest, Buffer.concat([content.subarray(0, -1), Buffer.from([content.at(-1)! ^ 1])]));
    const error = refusal('ARTIFACT_DAMAGED', /sha256:[0-9a-f]{64} has another content/);
    let received = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of await store.open(digest)) received += (chunk as Buffer).length;
    };
    await expect(read()).rejects.toMatchObject(error);
    expect(received).toBeLessThan(content.length);
    await expect(store.path(digest)).rejects.toMatchObject(error);
    await store.put(content);
    expect((await readFile(await store.path(digest))).equals(content)).toBe(true);
    const missing = refusal('ARTIFACT_DAMAGED', /is missing/);
    await expect(store.path(nothing)).rejects.toMatchObject(missing);
    await expect(store.open(nothing)).rejects.toMatchObject(missing);
  });

  test('a stream that fails leaves nothing', async () => {
    const store = await open();
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('a');
        throw new Error('the other end is gone');
      })(),
    );
    await expect(store.put(failing)).rejects.toThrow('the other end is gone');
    await expect(store.put('/no/such/file')).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /no such file/));
    expect(readdirSync(current).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a folder is put and made again, by one digest', async () => {
    const store = await open();
    const dir = await temporaryFolder();
    const files = { 'b.json': Buffer.from('{}'), 'a.safetensors': randomBytes(1000) };
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
    const folder = await putFolder(store, dir);
    expect(await putFiles(store, files)).toBe(folder);
    expect((await readFolder(store, folder)).map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['a.safetensors', 1000],
      ['b.json', 2],
    ]);
    const copy = join(await temporaryFolder(), 'copy');
    await materialise(store, folder, copy);
    for (const [name, content] of Object.entries(files)) expect(await readFile(join(copy, name))).toEqual(content);
    expect((await readdir(copy)).length).toBe(2);
    await expect(materialise(store, folder, copy)).rejects.toMatchObject(refusal('FILE_EXISTS', /copy/));
  });

  test.each([
    '{"files":[{"name":"../x","digest":"DIGEST","sizeBytes":1}]}',
    '{"files":{}}',
    'no JSON',
    '{"files":[{"name":".x","digest":"DIGEST","sizeBytes":1}]}',
  ])('an index such as %s leads nowhere', async (text) => {
    const store = await open();
    const { digest } = await store.put(Buffer.from(text.replace('DIGEST', nothing)));
    const dir = join(await temporaryFolder(), 'made');
    await expect(materialise(store, digest, dir)).rejects.toMatchObject(refusal('ARTIFACT_DAMAGED', /no index/));
  });

  test('lists what is older than asked', async () => {
    const store = await open();
    const { digest } = await store.put(randomBytes(100));
    const list = async (age: number) => {
      const found: Digest[] = [];
      for await (const each of store.list(age)) found.push(each);
      return found;
    };
    expect(await list(0)).toContain(digest);
    expect(await list(3600_000)).toEqual([]);
  });
});

test('a file is on the disk read-only under its digest, and what a killed writer left goes', async () => {
  const dir = await temporaryFolder();
  const store = await openFolderStore(dir);
  const { digest } = await store.put(Buffer.from('content'));
  expect(statSync(join(dir, keyOf(digest))).mode & 0o777).toBe(0o400);
  await mkdir(join(dir, 'other'));
  const stale = join(dir, '.incoming.00000000-1-000000000000.tmp');
  await writeFile(stale, 'half');
  await utimes(stale, 0, 0);
  await openFolderStore(dir);
  expect((await readdir(dir)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

/** What this process has asked the system for; only Linux tells. */
const bytesRead = (): number => Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))![1]);

// Kills: small requests that have the whole file read and hashed.
test.runIf(process.platform === 'linux')('a download that goes on reads the rest and no more', async () => {
  const store = await openFolderStore(await temporaryFolder());
  const { digest } = await store.put(Buffer.alloc(32 << 20));
  const before = bytesRead();
  expect(await buffer(await store.open(digest, (32 << 20) - 1000))).toHaveLength(1000);
  expect(bytesRead() - before).toBeLessThan(1 << 20);
});

test('a bucket that is not there and a server that is not there are told of', async () => {
  const error = refusal('ARTIFACTS_UNAVAILABLE', /^the bucket none cannot be reached$/);
  await expect(openS3Store({ bucket: 'none', endpoint, cacheDir: freshFolder() })).rejects.toMatchObject(error);
  const nowhere = openS3Store({ bucket: 'none', endpoint: 'http://localhost:1', cacheDir: freshFolder() });
  await expect(nowhere).rejects.toMatchObject(error);
});
