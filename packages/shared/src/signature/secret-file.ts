/** @file Files with secrets: for their owner alone, whole or not there at all, and never in place of another. */

import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isThere, readText, shortPath, type ReadLimits } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';

/** The text of a secret file. @throws SoftpostError FILE_NOT_FOUND; `code` when others may read it, or it is too large */
export async function readSecret(path: string, limits: ReadLimits): Promise<string> {
  const text = await readText(path, limits);
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8);
    throw new SoftpostError(limits.code, `${shortPath(path)} can be read by others (mode ${octal}): chmod 600 it`);
  }
  return text;
}

/**
 * Makes a file of mode 0600, and the folders above it. link(2) fails where a file is.
 * @throws SoftpostError FILE_EXISTS, CANNOT_WRITE
 */
export async function createSecret(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeSynced(temporary, content);
    await link(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isThere(path))) {
      throw new SoftpostError('FILE_EXISTS', `${path} exists already; it is never replaced`);
    }
    throw new SoftpostError('CANNOT_WRITE', `cannot write ${path}: ${code}`, { cause });
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
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
