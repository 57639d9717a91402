/** @file The owner's signing key: an Ed25519 key in a file that nobody else can read. It stays on the site; receipts name its public half. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Digest } from '@softpost/shared/artifact/digest';
import { isThere, readText, shortPath } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { keyIdOf, MAX_KEY_BYTES, publicKeyText, requireEd25519 } from '@softpost/shared/signature/public-key';

/** Where the key is: SOFTPOST_OWNER_KEY, or else owner-key.pem in the user's configuration folder (XDG). */
export function signingKeyFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { SOFTPOST_OWNER_KEY: chosen, XDG_CONFIG_HOME: config } = environment;
  return chosen || join(config || join(homedir(), '.config'), 'softpost', 'owner-key.pem');
}

/** What may be told about a key. */
export interface PublicHalf {
  readonly keyFile: string;
  readonly keyId: Digest;
  /** SPKI, for `verify-receipt --public-key`. */
  readonly publicKeyPem: string;
}

export function publicHalf(keyFile: string, key: KeyObject): PublicHalf {
  const publicKeyPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  return { keyFile, keyId: keyIdOf(publicKeyText(key)), publicKeyPem };
}

/** @throws SoftpostError FILE_NOT_FOUND; BAD_KEY when others may read the file, or it holds no Ed25519 private key */
export async function readSigningKey(path: string): Promise<KeyObject> {
  const pem = await readText(path, { maxBytes: MAX_KEY_BYTES, code: 'BAD_KEY' });
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8);
    throw new SoftpostError('BAD_KEY', `${shortPath(path)} can be read by others (mode ${octal}): chmod 600 it`);
  }
  return requireEd25519(shortPath(path), () => createPrivateKey(pem));
}

/**
 * Makes a key (PKCS #8, PEM, mode 0600). It appears whole or not at all, and never in place of another: link(2) fails where a file is.
 * @throws SoftpostError FILE_EXISTS, CANNOT_WRITE
 */
export async function createSigningKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeSecret(temporary, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    await link(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && (await isThere(path))) {
      throw new SoftpostError('FILE_EXISTS', `${path} exists already; a key is never replaced`);
    }
    throw new SoftpostError('CANNOT_WRITE', `cannot write ${path}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
  return privateKey;
}

/** The key at `path`, made if there is none; `onCreate` is then called. Two processes that start at once end with the same key. */
export async function ensureSigningKey(path: string, onCreate: (half: PublicHalf) => void): Promise<KeyObject> {
  if (await isThere(path)) return readSigningKey(path);
  try {
    const key = await createSigningKey(path);
    onCreate(publicHalf(path, key));
    return key;
  } catch (error) {
    if (error instanceof SoftpostError && error.code === 'FILE_EXISTS') return readSigningKey(path);
    throw error;
  }
}

async function writeSecret(path: string, content: string): Promise<void> {
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
