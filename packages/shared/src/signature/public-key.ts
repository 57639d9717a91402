/** @file Ed25519 public keys: 32 bytes, in base64url inside a signed document, in PEM as a file. No other algorithm is read or named anywhere. */

import { createPublicKey, type KeyObject } from 'node:crypto';
import { digestOf, type Digest } from '../artifact/digest.ts';
import { readText, shortPath } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';

/** A PEM file of an Ed25519 key has about 120 bytes. */
export const MAX_KEY_BYTES = 4096;

/** The 32 bytes of the key, or of the public half of a private one, in base64url. */
export function publicKeyText(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x!;
}

/** @throws SoftpostError BAD_KEY when `text` is no base64url of 32 bytes */
export function publicKeyFrom(text: string): KeyObject {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== text) {
    throw new SoftpostError('BAD_KEY', 'the public key is not 32 bytes in base64url');
  }
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' });
}

/** The name of a key. */
export function keyIdOf(publicKey: string): Digest {
  return digestOf(Buffer.from(publicKey, 'base64url'));
}

/** A public key in a PEM file. @throws SoftpostError FILE_NOT_FOUND; BAD_KEY also for a private key, which is nobody's to hand over */
export async function readPublicKey(path: string): Promise<KeyObject> {
  return publicKeyFromPem(await readText(path, { maxBytes: MAX_KEY_BYTES, code: 'BAD_KEY' }), shortPath(path));
}

/** @param source what the error names it as. @throws SoftpostError BAD_KEY also for a private key */
export function publicKeyFromPem(pem: string, source: string): KeyObject {
  if (!pem.startsWith('-----BEGIN PUBLIC KEY-----')) {
    throw new SoftpostError('BAD_KEY', `${source} does not begin as a public key in PEM does`);
  }
  return requireEd25519(source, () => createPublicKey(pem));
}

/** What `parse` makes of the key, if it is an Ed25519 key. @throws SoftpostError BAD_KEY */
export function requireEd25519(source: string, parse: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = parse();
  } catch (cause) {
    throw new SoftpostError('BAD_KEY', `${source} holds no key that can be read`, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new SoftpostError('BAD_KEY', `${source} holds a key of type ${key.asymmetricKeyType}, not ed25519`);
  }
  return key;
}
