/** @file Downloads end with the file that was described or with an error, and go on where they were interrupted. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal, temporaryFolder } from '../artifact/folder.fixture.ts';
import { temporarySibling } from '../artifact/temporary-sibling.ts';
import { SoftpostError } from '../errors.ts';
import { downloadFile, type DownloadOptions } from './download.ts';
import { CHUNK_BYTES, fileChunks, type FileChunk } from './file-chunks.ts';

const SIZE = 3 * CHUNK_BYTES + 12_345;

interface Setup {
  readonly dir: string;
  readonly content: Buffer;
  readonly source: string;
  readonly options: DownloadOptions;
  /** Offsets that were asked for. */
  readonly asked: number[];
}

/** @param change of what is sent */
async function setUp(
  change: (chunks: AsyncIterable<FileChunk>) => AsyncIterable<FileChunk> = (all) => all,
): Promise<Setup> {
  const root = await temporaryFolder();
  const [dir, source] = [join(root, 'to'), join(root, 'model.safetensors')];
  const content = randomBytes(SIZE);
  const asked: number[] = [];
  await mkdir(dir);
  await writeFile(source, content);
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}` as const;
  return {
    dir,
    content,
    source,
    asked,
    options: {
      dir,
      file: { name: 'model.safetensors', sizeBytes: SIZE, digest },
      read: async function* (offset) {
        asked.push(offset);
        for await (const chunk of change(fileChunks(source, offset))) yield { chunk };
      },
    },
  };
}

function onChunk(
  number: number,
  change: (chunk: FileChunk) => FileChunk,
): (all: AsyncIterable<FileChunk>) => AsyncIterable<FileChunk> {
  return async function* (chunks) {
    let at = 0;
    for await (const chunk of chunks) yield at++ === number ? change(chunk) : chunk;
  };
}

async function* cutOff(chunks: AsyncIterable<FileChunk>): AsyncIterable<FileChunk> {
  let sent = 0;
  for await (const chunk of chunks) {
    if (sent++ === 2) throw new SoftpostError('UNREACHABLE', 'the line is cut');
    yield chunk;
  }
}

test('the file is there, whole, alone and with its progress told', async () => {
  const { dir, content, options } = await setUp();
  const progress: number[] = [];
  await downloadFile({ ...options, onProgress: (bytes) => progress.push(bytes) });
  expect(content.equals(await readFile(join(dir, 'model.safetensors')))).toBe(true);
  expect(await readdir(dir)).toEqual(['model.safetensors']);
  expect(progress).toEqual([CHUNK_BYTES, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES, SIZE]);
});

test('an empty file needs nobody to send it', async () => {
  const { dir, options, asked } = await setUp();
  const digest = `sha256:${createHash('sha256').digest('hex')}` as const;
  await downloadFile({ ...options, file: { name: 'empty.txt', sizeBytes: 0, digest } });
  expect(await readFile(join(dir, 'empty.txt'))).toHaveLength(0);
  expect(asked).toEqual([]);
});

test('after a cut it goes on at the byte where it was', async () => {
  const { dir, content, options, source, asked } = await setUp(cutOff);
  await expect(downloadFile(options)).rejects.toMatchObject(refusal('UNREACHABLE', /cut/));
  expect(await readdir(dir)).toHaveLength(1);
  const read: DownloadOptions['read'] = async function* (offset) {
    asked.push(offset);
    for await (const chunk of fileChunks(source, offset)) yield { chunk };
  };
  await downloadFile({ ...options, read });
  expect(asked).toEqual([0, 2 * CHUNK_BYTES]);
  expect(content.equals(await readFile(join(dir, 'model.safetensors')))).toBe(true);
  expect(await readdir(dir)).toEqual(['model.safetensors']);
});

test('what a killed process left is gone on with', async () => {
  const { dir, content, options, asked } = await setUp(cutOff);
  await expect(downloadFile(options)).rejects.toThrow('cut');
  const [part] = await readdir(dir);
  // Process ids end below this one.
  const left = temporarySibling(join(dir, part!)).replace(`-${process.pid}-`, '-4194999-');
  await rename(join(dir, part!), left);
  const whole = await setUp();
  await writeFile(whole.source, content);
  await downloadFile({ ...options, read: whole.options.read });
  expect(whole.asked).toEqual([2 * CHUNK_BYTES]);
  expect(asked).toEqual([0]);
  expect(await readdir(dir)).toEqual(['model.safetensors']);
});

// Mutant: both write into one part, so that one can spoil what the other has found right.
test('two at a time do not write into the same part', async () => {
  const { dir, content, options } = await setUp();
  let inMiddle: (() => void) | undefined;
  const reached = new Promise<void>((resolve) => (inMiddle = resolve));
  let goOn: (() => void) | undefined;
  const halted = new Promise<void>((resolve) => (goOn = resolve));
  const evil: DownloadOptions['read'] = async function* (offset) {
    yield { chunk: { offset, content: Buffer.alloc(CHUNK_BYTES, 1) } };
    inMiddle!();
    await halted;
    yield { chunk: { offset: CHUNK_BYTES, content: Buffer.alloc(CHUNK_BYTES, 1) } };
  };
  const first = downloadFile({ ...options, read: evil });
  await reached;
  await downloadFile(options);
  goOn!();
  await expect(first).rejects.toMatchObject({ code: 'BAD_DOWNLOAD' });
  expect(content.equals(await readFile(join(dir, 'model.safetensors')))).toBe(true);
});

const flip = ({ offset, content }: FileChunk): FileChunk => {
  const changed = Buffer.from(content);
  changed[7]! ^= 1;
  return { offset, content: changed };
};

// `keeps` says whether what has come may still be right. Mutants: each check taken out; the part kept when it is wrong.
test.each([
  ['one bit is wrong', onChunk(1, flip), /another digest/, false],
  [
    'a chunk is left out',
    onChunk(1, ({ offset, content }) => ({ offset: offset + CHUNK_BYTES, content })),
    /says that it is at/,
    true,
  ],
  [
    'a chunk comes again',
    onChunk(2, ({ offset, content }) => ({ offset: offset - CHUNK_BYTES, content })),
    /says that it is at/,
    true,
  ],
  ['a chunk is empty', onChunk(1, ({ offset }) => ({ offset, content: new Uint8Array() })), /has 0 bytes/, true],
  [
    'a chunk is too large',
    onChunk(0, ({ offset }) => ({ offset, content: Buffer.alloc(CHUNK_BYTES + 1) })),
    /has 1048577 bytes/,
    true,
  ],
  [
    'more comes than was said',
    onChunk(3, ({ offset }) => ({ offset, content: Buffer.alloc(12_346) })),
    /sends more than/,
    true,
  ],
  [
    'it ends early',
    async function* (all: AsyncIterable<FileChunk>) {
      let sent = 0;
      for await (const chunk of all) if (sent++ < 2) yield chunk;
    },
    /sent 2097152 of/,
    true,
  ],
] as const)('when %s, it is refused', async (_, change, message, keeps) => {
  const { dir, options } = await setUp(change);
  await expect(downloadFile(options)).rejects.toMatchObject(refusal('BAD_DOWNLOAD', message));
  expect(await readdir(dir)).toHaveLength(keeps ? 1 : 0);
  expect(await readdir(dir)).not.toContain('model.safetensors');
});

test('more behind the last byte is refused, though the file is whole', async () => {
  const { options } = await setUp(async function* (all) {
    yield* all;
    yield { offset: SIZE, content: Buffer.alloc(1) };
  });
  await expect(downloadFile(options)).rejects.toMatchObject(refusal('BAD_DOWNLOAD', /sends more than/));
});

test('a part of another version is not gone on with', async () => {
  const { options } = await setUp(cutOff);
  await expect(downloadFile(options)).rejects.toThrow('cut');
  const other = await setUp();
  await downloadFile({ ...other.options, dir: options.dir });
  expect(other.asked).toEqual([0]);
});

test.each(['../x', 'a/b', '.hidden', '', 'a\\b', 'a\0b', '..', 'x'.repeat(300)])(
  'the name %j is refused',
  async (name) => {
    const { dir, options } = await setUp();
    await expect(downloadFile({ ...options, file: { ...options.file, name } })).rejects.toMatchObject(
      refusal('BAD_DOWNLOAD', /no name of a file/),
    );
    expect(await readdir(dir)).toEqual([]);
    expect(await readdir(join(dir, '..'))).toEqual(['model.safetensors', 'to']);
  },
);

test('when nothing comes it is given up, and what came is kept', async () => {
  const { dir, options } = await setUp();
  const read: DownloadOptions['read'] = async function* (offset, signal) {
    yield { chunk: { offset, content: Buffer.alloc(10) } };
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  };
  await expect(downloadFile({ ...options, read, idleMs: 50 })).rejects.toMatchObject(
    refusal('UNREACHABLE', /nothing came for 0.05 s/),
  );
  const [part] = await readdir(dir);
  expect((await stat(join(dir, part!))).size).toBe(10);
});

test('a folder that is not there is a refusal to write', async () => {
  const { dir, options } = await setUp();
  await expect(downloadFile({ ...options, dir: join(dir, 'none') })).rejects.toMatchObject({ code: 'CANNOT_WRITE' });
});

test.each([
  [0, SIZE],
  [1, SIZE - 1],
  [SIZE, 0],
])('a file from byte %d on has %d bytes in chunks', async (offset, bytes) => {
  const { source, content } = await setUp();
  const got: Buffer[] = [];
  for await (const chunk of fileChunks(source, offset)) got.push(Buffer.from(chunk.content));
  expect(Buffer.concat(got).equals(content.subarray(offset))).toBe(true);
  expect(Buffer.concat(got)).toHaveLength(bytes);
});

test.each([-1, SIZE + 1, 0.5, 2 ** 60])('there is no byte %d', async (offset) => {
  const { source } = await setUp();
  await expect(fileChunks(source, offset).next()).rejects.toMatchObject(refusal('BAD_REQUEST', /offset/));
});

test('a reader who leaves closes the file', async () => {
  const { source } = await setUp();
  const open = async (): Promise<number> => {
    const names = await readdir('/proc/self/fd');
    const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
    return targets.filter((target) => target === source).length;
  };
  const chunks = fileChunks(source, 0);
  await chunks.next();
  expect(await open()).toBe(1);
  await chunks.return(undefined);
  expect(await open()).toBe(0);
});
