/** @file The way out of a site is often a proxy: TLS goes through it to the provider, whose certificate is checked as ever. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { asId } from './ids.ts';
import { startPeer } from './provider.fixture.ts';
import { siteOf } from './site.fixture.ts';

test('with grpc_proxy every connection is made by the proxy', async () => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url!);
    const [host, port] = url!.split(':');
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  vi.stubEnv('grpc_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  onTestFinished(() => void vi.unstubAllEnvs());

  const jobId = asId('job', 'job-1');
  const peer = await startPeer({ 'JobService/GetJob': () => ({ job: { jobId, state: 'JOB_STATE_RUNNING' } }) });
  const { egress } = await siteOf(peer);
  expect(await egress.getJob(jobId)).toMatchObject({ state: 'running' });
  expect(asked).toEqual([peer.address]);
});
