/** @file Downloading a file whose size and digest are known: it appears when it is right, and goes on where it was interrupted. */

import { join } from 'node:path';
import type { Digest } from '../artifact/digest.ts';
import { quoteName } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import { CHUNK_BYTES, type FileChunk } from './file-chunks.ts';
import { openPartFile, type PartFile } from './part-file.ts';

export interface DownloadOptions {
  /** Folder for the file, which must be there. */
  readonly dir: string;
  readonly file: { readonly name: string; readonly sizeBytes: number; readonly digest: Digest };
  /** Asks for the content from a byte on; aborting the signal ends it. */
  readonly read: (offset: number, signal: AbortSignal) => AsyncIterable<{ readonly chunk: FileChunk | null }>;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that are there, as they become more. */
  readonly onProgress?: (bytes: number) => void;
  /** How long nothing may come, in milliseconds. @default 60,000 */
  readonly idleMs?: number;
}

/** No folders, no hidden files, nothing that a shell or another file system understands otherwise. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/;
const IDLE_MS = 60_000;

/**
 * Puts the file into `dir`, in place of one of the same name. When it fails, what has come is kept for the next call, unless it is
 * wrong.
 * @throws BAD_DOWNLOAD: more or less than `sizeBytes`, chunks out of order, or another content; UNREACHABLE when nothing comes;
 *   CANNOT_WRITE; what `read` throws
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { dir, file } = options;
  if (!NAME.test(file.name)) throw new SoftpostError('BAD_DOWNLOAD', `${quoteName(file.name)} is no name of a file`);
  const hex = file.digest.slice('sha256:'.length);
  const part = await openPartFile(join(dir, file.name), hex.slice(0, 16));
  let mayBeRight = part.size() <= file.sizeBytes;
  try {
    if (!mayBeRight) throw bad(file.name, `the part of it that is here is longer than ${file.sizeBytes} bytes`);
    if (part.size() < file.sizeBytes) await receive(part, options);
    mayBeRight = part.digest() === hex;
    if (!mayBeRight) throw bad(file.name, 'the content has another digest than the manifest says');
    await part.finish();
  } catch (error) {
    await (mayBeRight ? part.leave() : part.discard());
    throw error;
  }
}

async function receive(
  part: PartFile,
  { file, read, signal, onProgress, idleMs = IDLE_MS }: DownloadOptions,
): Promise<void> {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  try {
    for await (const { chunk } of read(part.size(), AbortSignal.any([idle.signal, ...(signal ? [signal] : [])]))) {
      timer.refresh();
      checkChunk(chunk, part.size(), file);
      await part.append(chunk.content);
      onProgress?.(part.size());
    }
  } catch (error) {
    throw idle.signal.aborted
      ? new SoftpostError('UNREACHABLE', `${file.name}: nothing came for ${idleMs / 1000} s`, { cause: error })
      : error;
  } finally {
    clearTimeout(timer);
  }
  if (part.size() < file.sizeBytes) {
    throw bad(file.name, `the provider sent ${part.size()} of ${file.sizeBytes} bytes`);
  }
}

/** Before anything of it is written. @throws BAD_DOWNLOAD */
function checkChunk(
  chunk: FileChunk | null,
  size: number,
  { name, sizeBytes }: DownloadOptions['file'],
): asserts chunk is FileChunk {
  if (!chunk || chunk.content.byteLength === 0 || chunk.content.byteLength > CHUNK_BYTES) {
    throw bad(name, `a chunk has ${chunk?.content.byteLength ?? 0} bytes`);
  }
  if (chunk.offset !== size) throw bad(name, `the chunk at byte ${size} says that it is at ${chunk.offset}`);
  if (size + chunk.content.byteLength > sizeBytes) throw bad(name, `the provider sends more than ${sizeBytes} bytes`);
}

function bad(name: string, fault: string): SoftpostError {
  return new SoftpostError('BAD_DOWNLOAD', `${name}: ${fault}`);
}
