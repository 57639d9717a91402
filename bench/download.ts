/**
 * @file How fast a student is downloaded over TLS on loopback, and how much memory that takes:
 *   node bench/download.ts [--mib 256] [--rounds 3] [--slow 32]
 * The provider is a process of its own. The client writes the file, syncs it and checks its digest, as an owner does.
 */

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { downloadFrom, startFileServer } from '@softpost/provider-server/rpc/file-server-process.fixture';
import { createServerFolder } from '@softpost/provider-server/tls/tls-folder';
import type { Digest } from '@softpost/shared/artifact/digest';
import { downloadFile } from '@softpost/shared/rpc/download';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '3' },
    slow: { type: 'string', default: '32' },
  },
});
const mib = Number(values.mib);
const sizeBytes = mib << 20;
const dir = await mkdtemp(join(tmpdir(), 'softpost-bench-'));
const [tls, source, to] = [join(dir, 'tls'), join(dir, 'model.safetensors'), join(dir, 'to')];
await createServerFolder(tls, { hosts: ['localhost'], days: 1 });
await mkdir(to);
const digest = await writeRandom(source);
const server = await startFileServer(tls, source);
const channel = server.open();
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

for (let round = 0; round < Number(values.rounds); round++) {
  const before = await server.memory();
  const start = performance.now();
  const file = { name: 'model.safetensors', sizeBytes, digest };
  await downloadFile({ dir: to, file, read: downloadFrom(channel) });
  const seconds = (performance.now() - start) / 1000;
  const { rss, peak } = await server.memory();
  console.log(
    `${mib} MiB in ${seconds.toFixed(2)} s: ${(sizeBytes / 1e6 / seconds).toFixed(0)} MB/s at load ${loadavg()[0]!.toFixed(1)}; ` +
      `the provider has ${megabytes(before.rss)} before, ${megabytes(rss)} after, ${megabytes(peak)} at most`,
  );
}

const before = await server.memory();
const readers = Array.from({ length: Number(values.slow) }, () =>
  downloadFrom(channel)(0, new AbortController().signal)[Symbol.asyncIterator](),
);
for (const reader of readers) await reader.next();
await new Promise((resolve) => setTimeout(resolve, 1000));
console.log(
  `${readers.length} readers that stop reading: ${megabytes(before.rss)} before, ${megabytes((await server.memory()).rss)} then`,
);
for (const reader of readers) await reader.return!();
channel.close();
server.process.kill();
await rm(dir, { recursive: true });

async function writeRandom(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  for (let block = 0; block < mib; block++) {
    const content = randomBytes(1 << 20);
    hash.update(content);
    await file.write(content);
  }
  await file.close();
  return `sha256:${hash.digest('hex')}`;
}
