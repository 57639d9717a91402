/** @file The protocol's files are sound, and the types that were generated from them are today's. */

import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('buf lint finds nothing', () => {
  const { status, stdout } = spawnSync('buf', ['lint'], { cwd: root, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

test('the generated types are those of proto/', async () => {
  const fresh = join(await temporaryFolder(), 'generated');
  execFileSync(process.execPath, ['scripts/generate-rpc.ts', fresh], { cwd: root });
  const committed = join(root, 'packages/shared/src/rpc/generated');
  // `Original file:` names the proto relative to the output, which is elsewhere here.
  const diff = spawnSync('diff', ['-r', '-I', '^// Original file', committed, fresh], { encoding: 'utf8' });
  expect(diff.stdout).toBe('');
});
