/** @file Tokens: what an issuer signed with Ed25519 for this provider is taken, and nothing that only looks like it. */

import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { createTokenCheck, type TokenClaims } from './token.ts';

const issuer = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...issuer.publicKey.export({ format: 'jwk' }), kid: 'k1' };
/** The issuer has it for something else. */
const rsaJwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'k2' };
const tenantId = randomUUID();
const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: 'https://id.example',
  aud: 'softpost',
  exp: now + 60,
  softpost_role: 'owner',
  softpost_tenant: tenantId,
};

async function check(given: string): Promise<TokenClaims> {
  const file = join(await temporaryFolder(), 'jwks.json');
  await writeFile(file, JSON.stringify({ keys: [jwk, rsaJwk] }));
  const checkToken = await createTokenCheck({ issuer: 'https://id.example', audience: 'softpost', keys: file });
  return checkToken(given);
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(
  payload: object,
  header: object = { alg: 'EdDSA', kid: 'k1' },
  key: KeyObject = issuer.privateKey,
): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

function hmacToken(header: object, secret: string | Buffer): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

test('a token of the issuer is taken for its role and tenant', async () => {
  expect(await check(token(claims))).toEqual({ role: 'owner', tenantId });
  expect(await check(token({ ...claims, softpost_role: 'auditor', softpost_tenant: undefined }))).toEqual({
    role: 'auditor',
    tenantId: null,
  });
});

const spki = issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString();

// Mutants: the list of algorithms, the issuer, the audience or the need of `exp` left out.
test.each<[string, () => string]>([
  ['alg none', () => `${encode({ alg: 'none' })}.${encode(claims)}.`],
  ['alg None with a signature', () => token(claims, { alg: 'None', kid: 'k1' })],
  ['the public key as an HMAC secret (PEM)', () => hmacToken({ alg: 'HS256', kid: 'k1' }, spki)],
  [
    'the public key as an HMAC secret (raw)',
    () => hmacToken({ alg: 'HS256', kid: 'k1' }, Buffer.from(jwk.x!, 'base64url')),
  ],
  ['RS256 by another key', () => token(claims, { alg: 'RS256', kid: 'k1' }, rsa.privateKey)],
  ['RS256 by a key of the issuer', () => token(claims, { alg: 'RS256', kid: 'k2' }, rsa.privateKey)],
  ['another Ed25519 key', () => token(claims, undefined, generateKeyPairSync('ed25519').privateKey)],
  [
    'a key in the header',
    () => {
      const other = generateKeyPairSync('ed25519');
      return token(claims, { alg: 'EdDSA', jwk: other.publicKey.export({ format: 'jwk' }) }, other.privateKey);
    },
  ],
  ['an unknown key id', () => token(claims, { alg: 'EdDSA', kid: '../../dev/null' })],
  ['a critical header', () => token(claims, { alg: 'EdDSA', kid: 'k1', crit: ['x'], x: 1 })],
  ['another issuer', () => token({ ...claims, iss: 'https://evil.example' })],
  ['another audience', () => token({ ...claims, aud: 'other' })],
  ['its time over', () => token({ ...claims, exp: now - 60 })],
  ['no end', () => token({ ...claims, exp: undefined })],
  ['its time to come', () => token({ ...claims, nbf: now + 3600 })],
  [
    'another payload',
    () => token(claims).replace(/\.[^.]+\./, `.${encode({ ...claims, softpost_role: 'operator' })}.`),
  ],
  ['no role', () => token({ ...claims, softpost_role: undefined })],
  ['a role that there is not', () => token({ ...claims, softpost_role: 'admin' })],
  ['an owner without a tenant', () => token({ ...claims, softpost_tenant: undefined })],
  ['an operator of a tenant', () => token({ ...claims, softpost_role: 'operator' })],
  ['nonsense', () => 'a.b.c'],
])('a token with %s is refused', async (_, make) => {
  await expect(check(make())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('an issuer that cannot be reached is no fault of the token', async () => {
  const remote = await createTokenCheck({ issuer: 'i', audience: 'a', keys: 'https://localhost:1/keys' });
  await expect(remote(token(claims))).rejects.toMatchObject(refusal('UNREACHABLE', /keys/));
});

test('a file without keys is told at the start', async () => {
  const file = join(await temporaryFolder(), 'jwks.json');
  await writeFile(file, '{"keys": 5}');
  await expect(createTokenCheck({ issuer: 'i', audience: 'a', keys: file })).rejects.toMatchObject({
    code: 'BAD_CONFIG',
  });
});
