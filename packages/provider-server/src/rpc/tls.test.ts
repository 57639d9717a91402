/** @file Who talks to whom: certificates that do not do are told apart, on both sides, and nothing is sent before they do. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { openChannel, type ChannelOptions } from '@softpost/shared/rpc/channel';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthority, issueCertificate, pemDigest, type CertifiedKey, type Validity } from '../tls/certificates.ts';
import { call, servicesThat, startTestServer } from './server.fixture.ts';

const LIST = '/softpost.v1.StudentService/ListStudents';
const authority = await createAuthority('test', { days: 1 });
const services = servicesThat(async () => ({ nextPageToken: 'hello' }));

const pair = ({ certificate, key }: CertifiedKey): NonNullable<ChannelOptions['certificate']> => ({
  chain: Buffer.from(certificate),
  key: Buffer.from(key),
});

/** A TLS server that counts the bytes it is sent. */
async function listen(issued: CertifiedKey): Promise<{ readonly address: string; readonly received: () => number }> {
  let bytes = 0;
  const server = createServer({ cert: issued.certificate, key: issued.key, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data: Buffer) => void (bytes += data.length));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { address: `localhost:${(server.address() as AddressInfo).port}`, received: () => bytes };
}

async function connectTo(options: ChannelOptions): Promise<unknown> {
  const channel = openChannel({ apiKey: 'spk_secret', ...options });
  try {
    return await call(channel, LIST, {}, { timeoutMs: 10_000 });
  } finally {
    channel.close();
  }
}

const server = (hosts: readonly string[], validity: Validity, by = authority): Promise<CertifiedKey> =>
  issueCertificate(by, { kind: 'server', hosts }, validity);
const yesterday = new Date(Date.now() - 48 * 3600 * 1000);
const tomorrow = new Date(Date.now() + 24 * 3600 * 1000);

// Mutant: connections without verification. The key would be sent to whoever answers.
test.each([
  [
    'of another authority',
    async () => server(['localhost'], { days: 1 }, await createAuthority('other', { days: 1 })),
    /authority/,
  ],
  [
    'of an authority of the same name',
    async () => server(['localhost'], { days: 1 }, await createAuthority('test', { days: 1 })),
    /authority/,
  ],
  ['signed by itself', () => createAuthority('localhost', { days: 1 }), /not one for servers/],
  [
    'of a client',
    () => issueCertificate(authority, { kind: 'client', name: 'localhost' }, { days: 1 }),
    /not one for servers/,
  ],
  ['of another host', () => server(['provider.example'], { days: 1 }), /of another host/],
  ['that has expired', () => server(['localhost'], { days: 1, from: yesterday }), /has expired/],
  ['that is not valid yet', () => server(['localhost'], { days: 1, from: tomorrow }), /not valid yet/],
])('a provider with a certificate %s is not talked to', async (_, issue, message) => {
  const peer = await listen(await issue());
  await expect(connectTo({ address: peer.address, ca: Buffer.from(authority.certificate) })).rejects.toMatchObject(
    refusal('BAD_CERTIFICATE', message),
  );
  expect(peer.received()).toBe(0);
});

test('where nobody listens, and where no such name is, nothing can be reached', async () => {
  const ca = Buffer.from(authority.certificate);
  await expect(connectTo({ address: 'localhost:1', ca })).rejects.toMatchObject(
    refusal('UNREACHABLE', /nobody listens/),
  );
  await expect(connectTo({ address: 'no.such.host.invalid:1', ca })).rejects.toMatchObject(
    refusal('UNREACHABLE', /name is not known/),
  );
});

test('a provider at another name than its certificate has is reached by that name', async () => {
  const provider = await startTestServer({ services });
  const address = provider.address.replace('localhost', '127.0.0.1');
  const options = { address, ca: provider.ca, apiKey: await provider.newKey() };
  await expect(connectTo(options)).rejects.toMatchObject({ code: 'BAD_CERTIFICATE' });
  expect(await connectTo({ ...options, serverName: 'localhost' })).toMatchObject({ nextPageToken: 'hello' });
});

// Mutant: client certificates are asked for and not required.
test('where client certificates are needed, only those of the authority do', async () => {
  const provider = await startTestServer({ services, mutual: true, authority });
  const options = { address: provider.address, ca: provider.ca, apiKey: await provider.newKey() };
  const client = (by: CertifiedKey, validity: Validity = { days: 1 }): Promise<CertifiedKey> =>
    issueCertificate(by, { kind: 'client', name: 'clinic' }, validity);
  const withCertificate = async (issued: CertifiedKey): Promise<unknown> =>
    connectTo({ ...options, certificate: pair(issued) });
  expect(await withCertificate(await client(authority))).toMatchObject({ nextPageToken: 'hello' });
  await expect(connectTo(options)).rejects.toMatchObject(refusal('BAD_CERTIFICATE', /asks for a client/));
  await expect(withCertificate(await client(await createAuthority('other', { days: 1 })))).rejects.toThrow(
    /this client's certificate/,
  );
  await expect(withCertificate(await client(authority, { days: 1, from: yesterday }))).rejects.toThrow(
    /this client's certificate/,
  );
  // The certificate of a server is none of a client.
  await expect(withCertificate(await server(['localhost'], { days: 1 }))).rejects.toThrow(/this client's certificate/);
});

test('a tenant that is bound to its certificate cannot be reached with that of another tenant', async () => {
  const provider = await startTestServer({ services, mutual: true, authority });
  const [own, others] = await Promise.all(
    ['clinic', 'bank'].map((name) => issueCertificate(authority, { kind: 'client', name }, { days: 1 })),
  );
  const apiKey = await provider.newKey('owner', { certificateDigest: pemDigest(own!.certificate) });
  const options = { address: provider.address, ca: provider.ca, apiKey };
  expect(await connectTo({ ...options, certificate: pair(own!) })).toMatchObject({ nextPageToken: 'hello' });
  await expect(connectTo({ ...options, certificate: pair(others!) })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

// Node.js itself refuses it where nobody says otherwise; both sides must be told to want it.
test('TLS 1.1 is refused', async () => {
  const provider = await startTestServer({ services });
  const version = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const socket = connect({ port: provider.port, host: 'localhost', rejectUnauthorized: false, ...version });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toMatch(/protocol version/);
});
