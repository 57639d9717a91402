/** @file The folders that `softpost-provider tls` makes, judged by OpenSSL as Node.js has it. */

import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { certificateDigest } from './certificates.ts';
import { createClientFolder, createServerFolder } from './tls-folder.ts';

const program = join(import.meta.dirname, '../../bin/softpost-provider.mjs');

async function certificate(dir: string, name: string): Promise<X509Certificate> {
  return new X509Certificate(await readFile(join(dir, name)));
}

test('the authority has signed both certificates, each for its purpose alone', async () => {
  const dir = await temporaryFolder();
  const [serverDir, clientDir] = [join(dir, 'tls'), join(dir, 'client')];
  await createServerFolder(serverDir, { hosts: ['provider.example', '127.0.0.1', '::1'], days: 30 });
  const digest = await createClientFolder(clientDir, { serverDir, name: 'Clinic, Ltd=+<"ü">', days: 30 });
  const [ca, server, client] = await Promise.all([
    certificate(serverDir, 'ca.pem'),
    certificate(serverDir, 'server.pem'),
    certificate(clientDir, 'client.pem'),
  ]);
  expect(ca.ca).toBe(true);
  for (const leaf of [server, client]) {
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(Date.parse(leaf.validTo) - Date.now()).toBeLessThan(30 * 24 * 3600 * 1000);
  }
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(server.checkHost('provider.example')).toBe('provider.example');
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.checkHost('other.example')).toBeUndefined();
  expect(client.toLegacyObject().subject.CN).toBe('Clinic, Ltd=+<"ü">');
  expect(digest).toBe(certificateDigest(client.raw));
  expect(server.serialNumber).not.toBe(client.serialNumber);
});

test('only their owner can read folders and files', async () => {
  const dir = join(await temporaryFolder(), 'tls');
  await createServerFolder(dir, { hosts: ['localhost'], days: 1 });
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  const names = await readdir(dir);
  expect(names.sort()).toEqual(['ca-key.pem', 'ca.pem', 'server-key.pem', 'server.pem']);
  for (const name of names) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
});

test('no key is made in place of another', async () => {
  const dir = join(await temporaryFolder(), 'tls');
  await createServerFolder(dir, { hosts: ['localhost'], days: 1 });
  await expect(createServerFolder(dir, { hosts: ['localhost'], days: 1 })).rejects.toMatchObject(
    refusal('FILE_EXISTS', /tls/),
  );
});

test('the commands make both folders and say what to bind a tenant to', async () => {
  const dir = await temporaryFolder();
  const [tls, client] = [join(dir, 'tls'), join(dir, 'client')];
  const call = (...args: readonly string[]): unknown => {
    const { stdout, stderr } = spawnSync(process.execPath, [program, 'tls', ...args, '--json'], { encoding: 'utf8' });
    return JSON.parse(stdout || stderr);
  };
  expect(call('init', '--dir', tls, '--host', 'a.example', 'localhost')).toEqual({
    dir: tls,
    hosts: ['a.example', 'localhost'],
  });
  const made = call('client', '--dir', tls, '--name', 'clinic', '--out', client);
  expect(made).toEqual({
    dir: client,
    certificateDigest: certificateDigest((await certificate(client, 'client.pem')).raw),
  });
  expect(call('client', '--dir', join(dir, 'none'), '--name', 'clinic', '--out', join(dir, 'c'))).toMatchObject({
    error: { code: 'FILE_NOT_FOUND' },
  });
});
