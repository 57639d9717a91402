/** @file The provider as one process, over its own TLS: what an operator asks for, who may ask, and what is refused. */

import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { openChannel } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';
import type { AnswerOf, MethodPath, RequestOf } from '@softpost/shared/rpc/methods';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { startProvider, type Provider } from './provider.ts';
import { createServerFolder } from './tls/tls-folder.ts';

const ownerPublicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

const program = join(import.meta.dirname, '../bin/softpost-provider.mjs');

let dir: string;
let provider: Provider;
let operatorKey: string;
const logged: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'softpost-provider-'));
  await writeFile(join(dir, 'texts.txt'), 'one\ntwo\n');
  await writeFile(
    join(dir, 'provider.yaml'),
    'dataDir: data\ngrpc: { port: 0 }\nhttp: { port: 0 }\ndatasets: { texts: { file: texts.txt, licence: none } }\nserving: { generate: false }\n',
  );
  await createServerFolder(join(dir, 'data', 'tls'), { hosts: ['localhost'], days: 1 });
  const log = createLog('debug', { write: (line) => void logged.push(line) });
  provider = await startProvider(await readConfig(join(dir, 'provider.yaml')), log);
  operatorKey = (await readFile(provider.operatorKeyFile, 'utf8')).trim();
}, 180_000);
afterAll(async () => {
  await provider.stop();
  await rm(dir, { recursive: true, force: true });
}, 30_000);

function authority(): Promise<Buffer> {
  return readFile(join(dir, 'data', 'tls', 'ca.pem'));
}

async function ask<Path extends MethodPath>(
  apiKey: string,
  path: Path,
  request: RequestOf<Path>,
): Promise<AnswerOf<Path>> {
  const channel = openChannel({ address: `localhost:${provider.port}`, ca: await authority(), apiKey });
  try {
    return await channel.unary(path, encodeRequest(path, request));
  } finally {
    channel.close();
  }
}

async function newOwner(
  name: string,
): Promise<{ readonly tenantId: string; readonly keyId: string; readonly key: string }> {
  const tenant = { name, ownerPublicKey };
  const { tenantId } = (await ask(operatorKey, '/softpost.v1.AdminService/CreateTenant', { tenant })).tenant!;
  const made = await ask(operatorKey, '/softpost.v1.AdminService/CreateApiKey', { tenantId, role: 'ROLE_OWNER' });
  return { tenantId, keyId: made.apiKey!.keyId, key: made.secret };
}

test("the operator's first key is in a file for the operator alone", async () => {
  expect((await stat(provider.operatorKeyFile)).mode & 0o777).toBe(0o600);
  expect(operatorKey).toMatch(/^spk_/);
});

// Kills: a database that every user of the machine can read, or write.
test('what the provider keeps is for its user alone', async () => {
  for (const name of ['database', 'artifacts', 'tls', 'provider-key.pem'])
    expect([name, (await stat(join(dir, 'data', name))).mode & 0o077]).toEqual([name, 0]);
});

test('an owner sees the public data sets, and nothing of an operator', async () => {
  const { key } = await newOwner('Lists data');
  const { datasets } = await ask(key, '/softpost.v1.PublicDataService/ListPublicDatasets', {});
  expect(datasets).toMatchObject([{ datasetId: 'texts', records: 2, licence: 'none' }]);
  await expect(ask(key, '/softpost.v1.AdminService/ListTenants', {})).rejects.toMatchObject(
    refusal('PERMISSION_DENIED', /owner/),
  );
});

// Kills: keys that go on opening doors for as long as they are remembered.
test('a key that was revoked opens nothing from then on', async () => {
  const { key, keyId } = await newOwner('Is revoked');
  await ask(key, '/softpost.v1.JobService/ListJobs', {});
  await ask(operatorKey, '/softpost.v1.AdminService/RevokeApiKey', { keyId });
  await expect(ask(key, '/softpost.v1.JobService/ListJobs', {})).rejects.toMatchObject(
    refusal('UNAUTHENTICATED', /not valid/),
  );
});

test('the hash of a key is listed nowhere, nor is its secret', async () => {
  const { tenantId, key } = await newOwner('Has a secret');
  const listed = JSON.stringify(await ask(operatorKey, '/softpost.v1.AdminService/ListApiKeys', { tenantId }));
  expect(listed).not.toContain(key.split('_')[2]);
  expect(listed).not.toContain('scrypt');
});

test.each([
  ['a name that steers a terminal', { name: 'a\u001b[2J', ownerPublicKey }, 'BAD_OPTION', /name/],
  ['no name', { name: '', ownerPublicKey }, 'BAD_OPTION', /name/],
  ['no key', { name: 'a', ownerPublicKey: '' }, 'BAD_KEY', /owner_public_key/],
  [
    'a digest that is none',
    { name: 'a', ownerPublicKey, certificateDigest: 'abc' },
    'BAD_OPTION',
    /certificate_digest/,
  ],
] as const)('a tenant with %s is refused', async (_, tenant, code, message) => {
  await expect(ask(operatorKey, '/softpost.v1.AdminService/CreateTenant', { tenant })).rejects.toMatchObject(
    refusal(code, message),
  );
});

test('keys of owners have a tenant, and others none', async () => {
  const create = '/softpost.v1.AdminService/CreateApiKey';
  const { tenantId } = await newOwner('Has a role');
  await expect(ask(operatorKey, create, { role: 'ROLE_OWNER' })).rejects.toMatchObject(
    refusal('BAD_OPTION', /tenant_id/),
  );
  await expect(ask(operatorKey, create, { tenantId, role: 'ROLE_OPERATOR' })).rejects.toMatchObject(
    refusal('BAD_OPTION', /tenant_id/),
  );
  await expect(ask(operatorKey, create, { tenantId })).rejects.toMatchObject(refusal('BAD_OPTION', /role/));
});

test('what is not there is unknown, and a log of nothing has no beginning', async () => {
  const unknown = { teacherId: 'none', datasetId: 'texts', studentId: 's', idempotencyKey: 'k' };
  await expect(ask(operatorKey, '/softpost.v1.AdminService/CreateDistillation', unknown)).rejects.toMatchObject(
    refusal('UNKNOWN_ID', /teacher/),
  );
  const { key } = await newOwner('Asks for things');
  for (const tenantId of ['x', randomUUID()])
    await expect(ask(operatorKey, '/softpost.v1.AdminService/ListApiKeys', { tenantId })).rejects.toMatchObject(
      refusal('UNKNOWN_ID', /tenant/),
    );
  await expect(ask(key, '/softpost.v1.StudentService/GetStudent', { studentId: 'none' })).rejects.toMatchObject(
    refusal('UNKNOWN_ID', /student/),
  );
  await expect(ask(key, '/softpost.v1.StudentService/GetLogConsistency', { fromSize: 1 })).rejects.toMatchObject(
    refusal('BAD_OPTION', /from_size/),
  );
});

// Kills: limits that hold from the next start on.
test('the limits of a tenant are changed while it calls', async () => {
  const { key, tenantId } = await newOwner('Grows');
  const path = '/softpost.v1.AdminService/SetTenantLimits';
  const limits = { concurrentCalls: 1, queuedJobs: 3 };
  expect(await ask(operatorKey, path, { tenantId, limits })).toMatchObject({ tenant: { tenantId, limits } });
  const lists = () =>
    Promise.allSettled(Array.from({ length: 8 }, () => ask(key, '/softpost.v1.JobService/ListJobs', {})));
  expect((await lists()).filter(({ status }) => status === 'rejected')).not.toEqual([]);
  await ask(operatorKey, path, { tenantId, limits: {} });
  expect((await lists()).filter(({ status }) => status === 'rejected')).toEqual([]);
  await expect(ask(operatorKey, path, { tenantId: randomUUID() })).rejects.toMatchObject({ code: 'UNKNOWN_ID' });
});

// Kills: a student whose manifest expires for good, because the command names the one publication that there is.
test('the command publishes a student once, and renews it once a day for as many days', async () => {
  const distillation = randomUUID();
  const publish = async (...flags: readonly string[]): Promise<string> => {
    const at = ['--config', join(dir, 'provider.yaml'), '--address', `localhost:${provider.port}`];
    const args = ['students', 'publish', '--json', ...at, '--job', distillation, ...flags];
    // There is no such distillation, so that each publication fails, and says which one it is.
    const { stderr } = await promisify(execFile)(process.execPath, [program, ...args]).catch(
      (error: unknown) => error as { readonly stderr: string },
    );
    return /job ([0-9a-f-]{36}) is failed/.exec(stderr)![1]!;
  };
  const first = await publish();
  expect(await publish()).toBe(first);
  const renewed = await publish('--renew');
  expect(await publish('--renew')).toBe(renewed);
  expect(new Set([first, renewed, await publish('--renew', '--days', '30')]).size).toBe(3);
}, 120_000);

test('the HTTP port asks the same keys', async () => {
  const { key } = await newOwner('Uses HTTP');
  const models = (bearer: string) =>
    fetch(`${provider.httpUrl}/v1/models`, { headers: { authorization: `Bearer ${bearer}` } });
  expect(await (await models(key)).json()).toEqual({ object: 'list', data: [] });
  expect((await models('spk_wrong')).status).toBe(401);
});

test('a tenant of a client certificate is told why the HTTP port refuses it', async () => {
  const tenant = { name: 'Bound', ownerPublicKey, certificateDigest: `sha256:${'1'.repeat(64)}` };
  const { tenantId } = (await ask(operatorKey, '/softpost.v1.AdminService/CreateTenant', { tenant })).tenant!;
  const { secret } = await ask(operatorKey, '/softpost.v1.AdminService/CreateApiKey', {
    tenantId,
    role: 'ROLE_OWNER',
  });
  const answer = await fetch(`${provider.httpUrl}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
  const error = { code: 'UNAUTHENTICATED', message: expect.stringContaining('which only gRPC asks for') as string };
  expect([answer.status, await answer.json()]).toMatchObject([401, { error }]);
});

// Kills: T8, an operator's choice that one of the two ports does not know.
test('where prompts may only label, neither port writes text', async () => {
  const { key } = await newOwner('Wants text');
  const channel = openChannel({ address: `localhost:${provider.port}`, ca: await authority(), apiKey: key });
  const request = encodeRequest('/softpost.v1.InferenceService/Generate', { promptId: randomUUID(), text: 'a' });
  const pieces = channel.stream('/softpost.v1.InferenceService/Generate', request)[Symbol.asyncIterator]();
  await expect(pieces.next()).rejects.toMatchObject(refusal('NOT_OFFERED', /only label/));
  channel.close();
  for (const stream of [true, false]) {
    const answer = await fetch(`${provider.httpUrl}/v1/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: `t+${randomUUID()}`, prompt: 'a', stream }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([501, { error: { code: 'NOT_OFFERED' } }]);
  }
});

// Kills: T17, a key in the log, of whoever was let in, was refused, or sent it to the wrong place.
test('no key is in the log, whatever becomes of the call', async () => {
  const { key, keyId } = await newOwner('Has keys');
  const other = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
  const token = `eyJhbGciOiJub25lIn0.${Buffer.from('{"softpost_role":"operator"}').toString('base64url')}.`;
  for (const secret of [key, other, token]) {
    await ask(secret, '/softpost.v1.JobService/ListJobs', {}).catch(() => undefined);
    await ask(operatorKey, '/softpost.v1.JobService/GetJob', { jobId: secret }).catch(() => undefined);
    await fetch(`${provider.httpUrl}/v1/models?key=${secret}`, { headers: { authorization: `Bearer ${secret}` } });
  }
  await ask(operatorKey, '/softpost.v1.AdminService/RevokeApiKey', { keyId });
  await ask(key, '/softpost.v1.JobService/ListJobs', {}).catch(() => undefined);
  const log = logged.join('');
  expect(log).toContain('UNAUTHENTICATED');
  expect(log).toContain(keyId);
  const signingKey = await readFile(join(dir, 'data', 'provider-key.pem'), 'utf8');
  const secrets = [
    ...[operatorKey, key, other].map((text) => text.split('_').slice(2).join('_')),
    token,
    signingKey.split('\n')[1]!,
  ];
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});

test('a second server on the same folder is refused', async () => {
  const config = await readConfig(join(dir, 'provider.yaml'));
  await expect(startProvider(config, pino({ level: 'silent' }))).rejects.toMatchObject(
    refusal('FOLDER_IN_USE', /process \d+/),
  );
});

test.each([
  ['an unknown key', 'grcp: {}', /grcp/],
  ['a port that is none', 'grpc: { port: 70000 }', /port/],
  ['something else than YAML', 'a: [', /YAML/],
])('a configuration with %s is refused', async (_, text, message) => {
  const file = join(await temporaryFolder(), 'provider.yaml');
  await writeFile(file, text);
  await expect(readConfig(file)).rejects.toMatchObject(refusal('BAD_CONFIG', message));
});
