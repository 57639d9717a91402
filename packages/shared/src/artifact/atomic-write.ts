/** @file Files and folders that appear whole or not at all: write beside the target, fsync, rename, fsync the parent. */
import { lstat, mkdir, open, readdir, rename, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SoftpostError } from '../errors.ts';
import { removeAll, removeStaleSiblings, temporarySibling } from './temporary-sibling.ts';

/** Permissions of a file that depends on private records: its owner's alone. */
export const PRIVATE = 0o600;

/**
 * Puts `content` at `path`, in place of the file there, if any. After an error, a kill or a power loss `path` holds
 * either all of the old content or all of the new; a killed process may leave a hidden `.name.*.tmp` beside it,
 * which the next writer of `path` removes.
 *
 * @param mode permissions, whatever those of the file before; less the umask @default 0o666
 * @throws SoftpostError CANNOT_WRITE
 */
export async function replaceFile(path: string, content: Uint8Array | string, mode?: number): Promise<void> {
  await replaceFileWith(path, (file) => file.writeFile(content), mode);
}

/** As `replaceFile`, with content that `write` streams into the open file. */
export async function replaceFileWith(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  mode?: number,
): Promise<void> {
  const target = resolve(path);
  const temporary = temporarySibling(target);
  try {
    await mkdir(dirname(target), { recursive: true });
    await removeStaleSiblings(target);
    const file = await open(temporary, 'wx', mode);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncPath(dirname(target));
  } catch (reason) {
    await removeAll(temporary);
    throw asWriteError(path, reason);
  }
}

/**
 * Makes the folder `dir` with what `build` writes into the temporary folder it is given. `dir` appears whole, or not at
 * all; a folder that is already there is left as it is.
 *
 * @throws SoftpostError FILE_EXISTS, CANNOT_WRITE, and whatever `build` throws
 */
export async function writeFolder(dir: string, build: (temporaryDir: string) => Promise<void>): Promise<void> {
  const target = resolve(dir);
  if (await exists(target)) throw alreadyThere(dir);
  const temporary = temporarySibling(target);
  try {
    await removeStaleSiblings(target);
    await mkdir(temporary, { recursive: true });
    await build(temporary);
    await syncTree(temporary);
    await rename(temporary, target);
    await syncPath(dirname(target));
  } catch (reason) {
    await removeAll(temporary);
    // Somebody else made the folder while we were building: theirs stays.
    throw ['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(errno(reason)) && (await exists(target))
      ? alreadyThere(dir)
      : asWriteError(dir, reason);
  }
}

/**
 * To be asked before long work, whose result could not be written: something is at `path`, or nothing can be made there.
 * Missing folders on the way are not made yet.
 *
 * @throws SoftpostError FILE_EXISTS, CANNOT_WRITE
 */
export async function refuseExisting(path: string): Promise<void> {
  const target = resolve(path);
  if (await exists(target)) throw alreadyThere(path);
  let first = target;
  while (!(await exists(dirname(first)))) first = dirname(first);
  const probe = temporarySibling(first);
  try {
    // Permissions alone do not tell: the file system may be read-only, or the user be root.
    await mkdir(probe);
    await rmdir(probe);
  } catch (reason) {
    throw asWriteError(path, reason, 'nothing can be made there');
  }
}

async function syncTree(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    await (entry.isDirectory() ? syncTree(path) : syncPath(path));
  }
  await syncPath(dir);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function alreadyThere(dir: string): SoftpostError {
  return new SoftpostError('FILE_EXISTS', `${dir} exists already`);
}

const WRITE_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file system does not take files of this size',
  EIO: 'the device reports an input/output error',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  ENAMETOOLONG: 'the name is too long',
};

/** What is no fault of the writing stays as it is, unless the caller knows better. */
export function asWriteError(path: string, reason: unknown, otherwise?: string): unknown {
  const fault = WRITE_FAULTS[errno(reason)] ?? otherwise;
  return fault === undefined
    ? reason
    : new SoftpostError('CANNOT_WRITE', `cannot write ${path}: ${fault}`, { cause: reason });
}

function errno(reason: unknown): string {
  return reason instanceof Error && 'code' in reason ? String(reason.code) : '';
}
