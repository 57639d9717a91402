/** @file The configuration: complete when it is read, and told by name where it is wrong. */

import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { readConfig, type ProviderConfig } from './config.ts';

const TLS = 'tls: { certificate: server.pem, key: /etc/key.pem }';

async function read(
  yaml: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<ProviderConfig & { readonly dir: string }> {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'provider.yaml'), yaml);
  return { ...(await readConfig(join(dir, 'provider.yaml'), environment)), dir };
}

test('what is left out has its default, and paths are those of the file', async () => {
  const { dir, ...config } = await read(TLS);
  expect(config).toEqual({
    address: '0.0.0.0:7443',
    tls: { certificate: join(dir, 'server.pem'), key: '/etc/key.pem', clientCa: undefined },
    dataDir: join(dir, 'data'),
    tokens: undefined,
    limits: { calls: 256, callsPerTenant: 16, callSeconds: 60 },
    drain: { delaySeconds: 0, graceSeconds: 20 },
    reflection: false,
    logLevel: 'info',
  });
});

test('variables win, and their paths are relative to where the program was started', async () => {
  const config = await read(`${TLS}\nlimits: { calls: 5 }`, {
    SOFTPOST_ADDRESS: 'localhost:1',
    SOFTPOST_TLS_CERTIFICATE: 'mine.pem',
    SOFTPOST_LIMITS_CALLS: '7',
    SOFTPOST_REFLECTION: 'true',
    SOFTPOST_DATABASE_URL: 'postgres://x',
    SOFTPOST_LOG_LEVEL: '',
    SOFTPOST_PYTHON: 'ignored',
  });
  expect(config).toMatchObject({
    address: 'localhost:1',
    tls: { certificate: resolve('mine.pem'), key: '/etc/key.pem' },
    limits: { calls: 7, callsPerTenant: 16 },
    reflection: true,
    databaseUrl: 'postgres://x',
    logLevel: 'info',
  });
});

test('variables alone do too', async () => {
  const config = await readConfig(undefined, { SOFTPOST_TLS_CERTIFICATE: 'c.pem', SOFTPOST_TLS_KEY: 'k.pem' });
  expect(config.tls).toEqual({ certificate: resolve('c.pem'), key: resolve('k.pem'), clientCa: undefined });
});

test.each([
  ['adress: x', /provider\.yaml: .*adress/],
  [`${TLS}\nlimits: { cals: 5 }`, /limits: .*cals/],
  [`${TLS}\nlimits: 5`, /limits/],
  [`${TLS}\naddress: "7443"`, /address: must be HOST:PORT/],
  [`${TLS}\nlogLevel: loud`, /logLevel/],
  ['tls: { certificate: a.pem }', /tls\.key/],
  ['', /tls\.certificate/],
  ['- a list', /not a mapping/],
  ['a: [', /provider\.yaml: /],
  ['a: &x [*x, *x]', /provider\.yaml: /],
])('%j is refused by name', async (yaml, message) => {
  await expect(read(yaml)).rejects.toMatchObject(refusal('BAD_CONFIG', message));
});

test('a file that is not there is told', async () => {
  await expect(readConfig('/nowhere/provider.yaml', {})).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
