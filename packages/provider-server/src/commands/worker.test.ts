/** @file The worker command as a user calls it: through the installed program. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { createSigningKey } from '@softpost/shared/signature/signing-key';
import { expect, test } from 'vitest';
import { postgresServer } from '../store/database.fixture.ts';

const program = join(import.meta.dirname, '../../bin/softpost-provider.mjs');
const server = postgresServer();

async function configuration(content: object): Promise<string> {
  const file = join(await temporaryFolder(), 'provider.yaml');
  await writeFile(file, JSON.stringify(content));
  return file;
}

// Kills: a worker that makes a signing key of its own, and publishes students that no owner accepts.
test('without PostgreSQL, or the signing key of the server, it is refused', async () => {
  const run = async (content: object, url = '') => {
    const env = { ...process.env, SOFTPOST_DATABASE_URL: url };
    const args = [program, 'worker', '--json', '--config', await configuration(content)];
    const { status, stderr } = spawnSync(process.execPath, args, { env });
    return { status, ...(JSON.parse(stderr.toString()) as object) };
  };
  const error = (code: string, message: string) => ({
    status: 1,
    error: { code, message: expect.stringContaining(message) as string },
  });
  expect(await run({ dataDir: 'x' })).toMatchObject(error('BAD_CONFIG', 'workers need databaseUrl'));
  expect(await run({ dataDir: 'x' }, server.url())).toMatchObject(error('FILE_NOT_FOUND', 'signing key of the server'));
});

test('it works until it is told to stop', { timeout: 120_000 }, async () => {
  const signingKey = join(await temporaryFolder(), 'key.pem');
  await createSigningKey(signingKey);
  const dataDir = join(await temporaryFolder(), 'data');
  const config = await configuration({ dataDir, signingKey, work: { threads: 1 } });
  const env = { ...process.env, SOFTPOST_DATABASE_URL: server.url() };
  const child = spawn(process.execPath, [program, 'worker', '--json', '--config', config], { env });
  await new Promise<void>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => line.includes('doing jobs, 1 at once') && resolve());
  });
  child.kill('SIGTERM');
  const [output] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  expect(JSON.parse(output)).toEqual({ stopped: true });
  expect(await once(child, 'exit')).toEqual([0, null]);
});
