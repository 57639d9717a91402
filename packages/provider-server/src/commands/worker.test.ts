/** @file The worker command as a user calls it: through the installed program. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { createSigningKey } from '@softpost/shared/signature/signing-key';
import { expect, test } from 'vitest';
import { signingKeyFile } from '../signing-key-file.ts';
import { postgresServer } from '../store/database.fixture.ts';

const program = join(import.meta.dirname, '../../bin/softpost-provider.mjs');
const server = postgresServer();

async function configuration(content: object): Promise<string> {
  const file = join(await temporaryFolder(), 'provider.yaml');
  await writeFile(file, JSON.stringify(content));
  return file;
}

test('without PostgreSQL it is refused', async () => {
  const env = { ...process.env, SOFTPOST_DATABASE_URL: '' };
  const run = async (content: object) => {
    const args = [program, 'worker', '--json', '--config', await configuration(content)];
    const { status, stderr } = spawnSync(process.execPath, args, { env });
    return { status, ...(JSON.parse(stderr.toString()) as object) };
  };
  const error = (message: string) => ({
    status: 1,
    error: { code: 'BAD_CONFIG', message: expect.stringContaining(message) as string },
  });
  expect(await run({ dataDir: 'x' })).toMatchObject(error('workers need databaseUrl'));
});

test('a worker without the key of the server is refused', async () => {
  const env = { ...process.env, SOFTPOST_DATABASE_URL: server.url() };
  const file = await configuration({ dataDir: 'x' });
  const { status, stderr } = spawnSync(process.execPath, [program, 'worker', '--json', '--config', file], { env });
  expect(status).toBe(1);
  expect(JSON.parse(stderr.toString())).toMatchObject({ error: { code: 'FILE_NOT_FOUND' } });
});

test('it works until it is told to stop', async () => {
  const dataDir = join(await temporaryFolder(), 'data');
  const config = await configuration({ dataDir, work: { threads: 1 } });
  await createSigningKey(signingKeyFile({ dataDir }));
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
