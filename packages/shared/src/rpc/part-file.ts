/**
 * @file The beginning of a file that is being downloaded. It has one writer at a time, whose name is in its own: what another process
 * writes can never get into a file that was found to be right. When the writer ends, or is gone, the next one takes the part over.
 */

import { createHash, type Hash } from 'node:crypto';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asWriteError } from '../artifact/atomic-write.ts';
import { readAt } from '../artifact/read-file.ts';
import { removeAll, staleSiblings, temporarySibling } from '../artifact/temporary-sibling.ts';

const CHUNK_BYTES = 1 << 20;

export interface PartFile {
  /** Bytes that are there. */
  readonly size: () => number;
  /** @throws CANNOT_WRITE */
  readonly append: (content: Uint8Array) => Promise<void>;
  /** SHA-256 of all that is there, in hexadecimal. Nothing can be added then. */
  readonly digest: () => string;
  /** Puts it at its place, on the disk when this returns. @throws CANNOT_WRITE */
  readonly finish: () => Promise<void>;
  /** Leaves it to the next one, if it can. */
  readonly leave: () => Promise<void>;
  /** Removes it. */
  readonly discard: () => Promise<void>;
}

/**
 * Opens the part of `target`, or makes an empty one.
 * @param name of what is downloaded, in hexadecimal: parts of something else are not gone on with
 * @throws CANNOT_WRITE
 */
export async function openPartFile(target: string, name: string): Promise<PartFile> {
  const idle = `${target}.${name}.part`;
  const path = temporarySibling(idle);
  await claim([idle, ...(await staleSiblings(idle))], path);
  const file = await writing(target, () => open(path, 'a+', 0o600));
  const hash = createHash('sha256');
  let size = await hashAll(file, hash);
  return {
    size: () => size,
    append: (content) =>
      writing(target, async () => {
        await file.writeFile(content);
        hash.update(content);
        size += content.byteLength;
      }),
    digest: () => hash.digest('hex'),
    finish: () =>
      writing(target, async () => {
        await file.sync();
        await file.close();
        await rename(path, target);
        await syncFolder(dirname(target));
      }),
    leave: async () => {
      await file.close().catch(ignore);
      await rename(path, idle).catch(ignore);
    },
    discard: async () => {
      await file.close().catch(ignore);
      await removeAll(path);
    },
  };
}

async function writing<T>(target: string, work: () => Promise<T>): Promise<T> {
  return work().catch((reason: unknown) => {
    throw asWriteError(target, reason, 'it cannot be written');
  });
}

/** It is the fault before this one that must be told. */
function ignore(): void {}

/** Renames the largest to `path`; who comes second finds nothing. The others go. */
async function claim(candidates: readonly string[], path: string): Promise<void> {
  const sized = await Promise.all(
    candidates.map(async (candidate) => ({ candidate, size: (await stat(candidate).catch(() => undefined))?.size })),
  );
  const found = sized.filter(({ size }) => size !== undefined).sort((a, b) => b.size! - a.size!);
  for (const { candidate } of found) {
    if (
      await rename(candidate, path).then(
        () => true,
        () => false,
      )
    )
      break;
  }
  for (const { candidate } of found) await removeAll(candidate);
}

async function hashAll(file: FileHandle, hash: Hash): Promise<number> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ;) {
    const filled = await readAt(file, chunk, position);
    hash.update(chunk.subarray(0, filled));
    position += filled;
    if (filled < chunk.byteLength) return position;
  }
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
