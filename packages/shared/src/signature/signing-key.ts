/** @file A party's signing key: an Ed25519 key in a file that nobody else can read. What it signs names its public half. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Digest } from '../artifact/digest.ts';
import { isThere, shortPath } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import { keyIdOf, MAX_KEY_BYTES, publicKeyText, requireEd25519 } from './public-key.ts';
import { createSecret, readSecret } from './secret-file.ts';

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
  const pem = await readSecret(path, { maxBytes: MAX_KEY_BYTES, code: 'BAD_KEY' });
  return requireEd25519(shortPath(path), () => createPrivateKey(pem));
}

/** Makes a key (PKCS #8, PEM, mode 0600), never in place of another. @throws SoftpostError FILE_EXISTS, CANNOT_WRITE */
export async function createSigningKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await createSecret(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
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
