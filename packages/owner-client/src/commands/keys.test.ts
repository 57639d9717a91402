/** @file The key of the owner as a user makes it: through the installed program. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');
const dir = await mkdtemp(join(tmpdir(), 'softpost-keys-'));
afterAll(() => rm(dir, { recursive: true }));

function keys(...args: readonly string[]): { readonly status: number | null; readonly text: string } {
  const env = { ...process.env, SOFTPOST_OWNER_KEY: join(dir, 'key.pem') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'keys', ...args], { env, encoding: 'utf8' });
  return { status, text: status === 0 ? stdout : stderr };
}

test('a key is made once, shown again, and never replaced; the private half is never printed', () => {
  expect(keys('--show', '--json')).toMatchObject({
    status: 1,
    text: expect.stringContaining('FILE_NOT_FOUND') as string,
  });
  const made = keys();
  expect(made.text).toMatch(/^key {5}.*key\.pem\nkey id {2}sha256:[0-9a-f]{64}\n\n-----BEGIN PUBLIC KEY-----\n/);
  expect(statSync(join(dir, 'key.pem')).mode & 0o777).toBe(0o600);
  const again = keys('--json');
  expect(JSON.parse(again.text)).toMatchObject({ error: { code: 'FILE_EXISTS' } });
  expect(keys('--show')).toEqual(made);
  const shown = JSON.parse(keys('--show', '--json').text) as Record<string, string>;
  expect(Object.keys(shown)).toEqual(['keyFile', 'keyId', 'publicKeyPem']);
  expect(made.text + JSON.stringify(shown)).not.toContain('PRIVATE');
});
