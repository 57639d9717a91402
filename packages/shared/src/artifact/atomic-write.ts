/** @file Files and folders that appear whole or not at all: write beside the target, fsync, rename, fsync the parent. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SoftpostError } from '../errors.ts';

/**
 * Puts `content` at `path`, in place of the file there, if any. After an error, a kill or a power loss `path` holds
 * either all of the old content or all of the new; a killed process may leave a hidden `.name.*.tmp` beside it.
 *
 * @throws SoftpostError CANNOT_WRITE
 */
export async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  await replaceFileWith(path, (file) => file.writeFile(content));
}

/** As `replaceFile`, with content that `write` streams into the open file. */
export async function replaceFileWith(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const target = resolve(path);
  const temporary = temporarySibling(target);
  try {
    await mkdir(dirname(target), { recursive: true });
    const file = await open(temporary, 'wx');
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
  await refuseExisting(dir);
  const temporary = temporarySibling(target);
  try {
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

/** To be asked before long work, whose result could not be written. @throws SoftpostError FILE_EXISTS */
export async function refuseExisting(path: string): Promise<void> {
  if (await exists(resolve(path))) throw alreadyThere(path);
}

/** In the same folder, as rename is atomic only inside one file system. */
function temporarySibling(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Best effort: what made the writing fail may make this fail too, and it is the first fault that must be told. */
async function removeAll(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
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

function asWriteError(path: string, reason: unknown): unknown {
  const fault = WRITE_FAULTS[errno(reason)];
  return fault === undefined
    ? reason
    : new SoftpostError('CANNOT_WRITE', `cannot write ${path}: ${fault}`, { cause: reason });
}

function errno(reason: unknown): string {
  return reason instanceof Error && 'code' in reason ? String(reason.code) : '';
}
