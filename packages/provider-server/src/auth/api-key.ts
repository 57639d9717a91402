/**
 * @file API keys, `spk_<id>_<secret>`: the id names the key, and who knows the secret holds it. The secret has 256 random bits;
 * of it only a salted scrypt hash is kept.
 */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const FORMAT = /^spk_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/;
const HASH_FORMAT = /^scrypt:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{43})$/;

/** 16 MiB and some 50 ms a hash. */
const COST = { N: 1 << 14, r: 8, p: 1 } as const;
const HASH_BYTES = 32;

export interface ApiKeyParts {
  readonly id: string;
  readonly secret: string;
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function formatApiKey({ id, secret }: ApiKeyParts): string {
  return `spk_${id}_${secret}`;
}

/** Undefined for anything that is no API key. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const [, id, secret] = FORMAT.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
}

export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt:${salt.toString('base64url')}:${(await derive(secret, salt)).toString('base64url')}`;
}

/** Takes the same time whether the secret is right or not. A hash that is none matches nothing. */
export async function matchesHash(secret: string, hash: string): Promise<boolean> {
  const [, salt, expected] = HASH_FORMAT.exec(hash) ?? [];
  if (salt === undefined || expected === undefined) return false;
  return timingSafeEqual(await derive(secret, Buffer.from(salt, 'base64url')), Buffer.from(expected, 'base64url'));
}

function derive(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
