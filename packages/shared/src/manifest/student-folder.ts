/** @file Whether a folder is the student that a manifest describes: these files and no others, byte for byte. */

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileDigest } from '../artifact/digest.ts';
import { quoteName, shortPath } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import type { Manifest } from './manifest.ts';

/**
 * Names and sizes first, as they cost nothing.
 * @throws SoftpostError BAD_MANIFEST naming the file that is missing, too much, a link, or of another size or content; FILE_NOT_FOUND without a folder
 */
export async function checkStudentFolder(dir: string, { files }: Pick<Manifest, 'files'>): Promise<void> {
  const refuse = (name: string, fault: string): never => {
    throw new SoftpostError('BAD_MANIFEST', `${shortPath(dir)}: ${quoteName(name)} ${fault}`);
  };
  const found = new Set(await namesIn(dir));
  for (const { name, sizeBytes } of files) {
    if (!found.delete(name)) refuse(name, 'is missing');
    const status = await lstat(join(dir, name));
    if (!status.isFile()) refuse(name, 'is no file');
    if (status.size !== sizeBytes) refuse(name, `has ${status.size} bytes, in the manifest ${sizeBytes}`);
  }
  for (const name of found) refuse(name, 'is not in the manifest');
  for (const { name, digest } of files) {
    const own = await fileDigest(join(dir, name));
    if (own !== digest) refuse(name, `has the digest ${own}, in the manifest ${digest}`);
  }
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (cause) {
    throw new SoftpostError('FILE_NOT_FOUND', `${dir}: there is no such folder`, { cause });
  }
}
