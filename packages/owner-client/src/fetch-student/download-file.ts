/** @file One file from the provider: written as it comes, taken up at any byte after an interruption, and there under its name only when every byte is right. */

import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { isThere, readAt } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import type { StudentFile } from '@softpost/shared/manifest/student-files';
import type { FileChunk__Output as FileChunk } from '@softpost/shared/rpc/generated/softpost/v1/FileChunk';
import { badAnswer } from '../answers.ts';

/** The content of a file from an offset on. */
export type OpenAt = (offset: number) => AsyncIterable<{ readonly chunk: FileChunk | null }>;

const READ_BYTES = 1 << 20;

/**
 * Makes `path` of what the provider sends, from the bytes on that `path.part` has already. One call is one attempt: what came stays for the next.
 * @param received told the bytes that the file has, after each piece
 * @throws SoftpostError UNREACHABLE when the provider ends early; BAD_ANSWER when it sends too much, at another place, or other content: then nothing stays
 */
export async function downloadFile(
  path: string,
  expected: StudentFile,
  openAt: OpenAt,
  received: (bytes: number) => void,
): Promise<void> {
  if (await isThere(path)) return received(expected.sizeBytes);
  const part = `${path}.part`;
  const file = await open(part, 'a+', 0o600);
  try {
    await fill(file, expected, openAt, received);
    await file.sync();
  } catch (error) {
    // Content that is wrong stays wrong.
    if (error instanceof SoftpostError && error.code === 'BAD_ANSWER') await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(part, path);
}

async function fill(
  file: FileHandle,
  { name, sizeBytes, digest }: StudentFile,
  openAt: OpenAt,
  received: (bytes: number) => void,
): Promise<void> {
  const hash = createHash('sha256');
  const known = (await file.stat()).size;
  if (known > sizeBytes) throw badAnswer(`${name} has more than ${sizeBytes} bytes`);
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let read = 0; read < known;) {
    const count = await readAt(file, buffer, read);
    hash.update(buffer.subarray(0, count));
    read += count;
  }
  let position = known;
  received(position);
  if (position < sizeBytes) {
    for await (const { chunk } of openAt(position)) {
      if (chunk?.offset !== position) throw badAnswer(`${name} goes on at ${chunk?.offset} instead of ${position}`);
      const { content } = chunk;
      if (position + content.byteLength > sizeBytes) throw badAnswer(`${name} has more than ${sizeBytes} bytes`);
      await file.appendFile(content);
      hash.update(content);
      position += content.byteLength;
      received(position);
    }
  }
  if (position < sizeBytes) {
    throw new SoftpostError('UNREACHABLE', `${basename(name)} ended after ${position} of ${sizeBytes} bytes`);
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw badAnswer(`${name} has other content than its manifest says`);
}
