/** @file A file as the chunks of a stream: one buffer and no more, and the reader decides the pace. */

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
  try {
    const { size } = await file.stat();
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) {
      throw new SoftpostError('BAD_REQUEST', `offset: the file has ${size} bytes`);
    }
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - offset));
    for (let position = offset; position < size;) {
      const filled = await readAt(file, buffer, position);
      if (filled === 0) return;
      yield { offset: position, content: buffer.subarray(0, filled) };
      position += filled;
    }
  } finally {
    await file.close();
  }
}
