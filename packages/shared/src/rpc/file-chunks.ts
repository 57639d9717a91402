/** @file A file as the chunks of a stream: one is read while the one before is sent, and the reader decides the pace. */

import { openRegularFile, readAt } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';

export interface FileChunk {
  /** Where the content begins in the file. */
  readonly offset: number;
  /** What comes of a generator may change once the next chunk is asked for. */
  readonly content: Uint8Array;
}

/** Of a chunk, at most. */
export const CHUNK_BYTES = 1 << 20;

/**
 * The content of a file from a byte on. The file is closed when the reader has all, or leaves the loop.
 * @throws BAD_REQUEST when there is no such byte in the file, nor just behind it; FILE_NOT_FOUND
 */
export async function* fileChunks(path: string, offset: number): AsyncGenerator<FileChunk> {
  const file = await openRegularFile(path);
  let reading: Promise<Uint8Array> | undefined;
  try {
    const { size } = await file.stat();
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) {
      throw new SoftpostError('BAD_REQUEST', `offset: the file has ${size} bytes`);
    }
    const buffers = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)] as const;
    const read = async (position: number, into: Buffer): Promise<Uint8Array> =>
      into.subarray(0, await readAt(file, into, position));
    reading = read(offset, buffers[0]);
    for (let position = offset, turn = 1; ; turn = 1 - turn) {
      const content = await reading;
      if (content.byteLength === 0) return;
      reading = read(position + content.byteLength, buffers[turn as 0 | 1]);
      yield { offset: position, content };
      position += content.byteLength;
    }
  } finally {
    await reading?.catch(() => undefined);
    await file.close();
  }
}
