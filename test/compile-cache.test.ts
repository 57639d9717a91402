/** @file The programs keep what Node made of their source: where they may write, and only there. */

import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, '../packages/owner-client/bin/softpost-owner.mjs');

function start(cache: string): { readonly status: number | null; readonly stderr: string } {
  const env = { ...process.env, NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: cache };
  const { status, stderr } = spawnSync(process.execPath, [program, '--help'], { env, encoding: 'utf8' });
  return { status, stderr };
}

test('the first start keeps the compiled code in the cache of the user', async () => {
  const cache = await temporaryFolder();
  expect(start(cache)).toEqual({ status: 0, stderr: '' });
  const [version] = await readdir(join(cache, 'softpost', 'compiled'));
  expect((await readdir(join(cache, 'softpost', 'compiled', version!))).length).toBeGreaterThan(20);
});

test('a cache that cannot be written changes nothing', () => {
  expect(start('/dev/null')).toEqual({ status: 0, stderr: '' });
});
