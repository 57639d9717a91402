/** @file Keys and certificates: who is let in, and that everybody else is refused in the same way. */

import { randomUUID } from 'node:crypto';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { certificateDigest } from '../tls/certificates.ts';
import { formatApiKey, hashSecret, matchesHash, newSecret, parseApiKey } from './api-key.ts';
import { createAuthenticate, type Authenticate, type KeyRecord } from './authenticate.ts';
import type { CallingTenant, Role } from './caller.ts';
import { createSecretCheck } from './secret-check.ts';

const checkSecret = await createSecretCheck();
const der = new Uint8Array([1, 2, 3]);

interface Setup {
  readonly authenticate: Authenticate;
  readonly keys: Map<string, KeyRecord>;
  readonly key: string;
  readonly tenant: CallingTenant;
}

async function setUp(role: Role = 'owner', certificate: string | null = null): Promise<Setup> {
  const [id, secret, tenantId] = [randomUUID(), newSecret(), randomUUID()];
  const tenant = { id: tenantId, certificateDigest: certificate, limits: {} };
  const record = { id, role, tenantId: role === 'owner' ? tenantId : null, secretHash: await hashSecret(secret) };
  const keys = new Map<string, KeyRecord>([[id, record]]);
  const directory = {
    findKey: async (name: string) => keys.get(name),
    findTenant: async (name: string) => (name === tenantId ? tenant : undefined),
  };
  return {
    authenticate: createAuthenticate({ directory, checkSecret }),
    keys,
    key: formatApiKey({ id, secret }),
    tenant,
  };
}

const bearer = (key: string): Parameters<Authenticate>[0] => ({
  authorization: `Bearer ${key}`,
  certificate: undefined,
});

test('the holder of a key has its role, an owner for its tenant', async () => {
  const owner = await setUp();
  expect(await owner.authenticate(bearer(owner.key))).toEqual({
    role: 'owner',
    keyId: parseApiKey(owner.key)!.id,
    tenant: owner.tenant,
  });
  const operator = await setUp('operator');
  expect(await operator.authenticate(bearer(operator.key))).toMatchObject({ role: 'operator', tenant: null });
});

test('a hash tells nothing of the secret, and no two are the same', async () => {
  const secret = newSecret();
  const [a, b] = [await hashSecret(secret), await hashSecret(secret)];
  expect(a).not.toBe(b);
  expect(a).not.toContain(secret);
  expect(await matchesHash(secret, a)).toBe(true);
  expect(await matchesHash(`${secret.slice(0, -1)}x`, a)).toBe(false);
  expect(await matchesHash(secret, secret)).toBe(false);
});

// Mutants: the secret is not compared; a key without a record passes; the memory of right secrets forgets the hash.
test.each<[string, (setup: Setup) => string]>([
  ['another secret', ({ key }) => formatApiKey({ id: parseApiKey(key)!.id, secret: newSecret() })],
  ['an unknown id', ({ key }) => formatApiKey({ id: randomUUID(), secret: parseApiKey(key)!.secret })],
  ['no secret', ({ key }) => `spk_${parseApiKey(key)!.id}_`],
  ['too much', ({ key }) => `${key}x`],
  ['a token where none are taken', () => 'eyJhbGciOiJub25lIn0.e30.'],
])('%s is refused with the one message', async (_, make) => {
  const setup = await setUp();
  await setup.authenticate(bearer(setup.key));
  await expect(setup.authenticate(bearer(make(setup)))).rejects.toMatchObject(
    refusal('UNAUTHENTICATED', /^the key is not valid$/),
  );
});

test('a secret that was right before is refused once its hash is another', async () => {
  const setup = await setUp();
  await setup.authenticate(bearer(setup.key));
  const { id } = parseApiKey(setup.key)!;
  setup.keys.set(id, { ...setup.keys.get(id)!, secretHash: await hashSecret(newSecret()) });
  await expect(setup.authenticate(bearer(setup.key))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test("an owner's key without a tenant is refused", async () => {
  const setup = await setUp();
  const { id } = parseApiKey(setup.key)!;
  for (const tenantId of [null, randomUUID()]) {
    setup.keys.set(id, { ...setup.keys.get(id)!, tenantId });
    await expect(setup.authenticate(bearer(setup.key))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

// Mutant: the certificate is looked at only where there is one.
test('a tenant that is bound to a certificate needs that one, beside the key', async () => {
  const { authenticate, key } = await setUp('owner', certificateDigest(der));
  const { authorization } = bearer(key);
  expect(await authenticate({ authorization, certificate: der })).toMatchObject({ role: 'owner' });
  for (const certificate of [undefined, new Uint8Array([1, 2, 4])]) {
    await expect(authenticate({ authorization, certificate })).rejects.toMatchObject(
      refusal('UNAUTHENTICATED', /client certificate/),
    );
  }
});

test('a flood of wrong keys is cut short, and who is known does not notice', async () => {
  const { authenticate, key } = await setUp();
  await authenticate(bearer(key));
  const flood = await Promise.allSettled(
    Array.from({ length: 100 }, () => authenticate(bearer(formatApiKey({ id: randomUUID(), secret: newSecret() })))),
  );
  const codes = flood.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'in'));
  expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED', 'TOO_MANY_REQUESTS']));
  expect(codes.filter((code) => code === 'UNAUTHENTICATED').length).toBeLessThan(40);
  expect(await authenticate(bearer(key))).toMatchObject({ role: 'owner' });
});

test('the first calls of a client, all at once, are all let in', async () => {
  const { authenticate, key } = await setUp();
  const callers = await Promise.all(Array.from({ length: 100 }, () => authenticate(bearer(key))));
  expect(callers.every(({ role }) => role === 'owner')).toBe(true);
});
