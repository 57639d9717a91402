/**
 * @file The protocol's files are sound, break nobody who speaks the protocol of the last release, and the types that were generated from
 * them are today's. proto/baseline.binpb is the last release; with a new one: `buf build --exclude-source-info -o proto/baseline.binpb`.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('buf lint finds nothing', () => {
  const { status, stdout } = spawnSync('buf', ['lint'], { cwd: root, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

function breaking(dir: string) {
  const against = join(root, 'proto/baseline.binpb');
  const { status, stdout } = spawnSync('buf', ['breaking', '--against', against], { cwd: dir, encoding: 'utf8' });
  return { status, stdout };
}

test('parties of the last release still understand the protocol', () => {
  expect(breaking(root)).toEqual({ status: 0, stdout: '' });
});

// Kills: a comparison with nothing.
test('a field that changes its type or its number is found', async () => {
  const dir = await temporaryFolder();
  for (const name of ['buf.yaml', 'proto']) cpSync(join(root, name), join(dir, name), { recursive: true });
  const file = join(dir, 'proto/softpost/v1/transfers.proto');
  const sound = readFileSync(file, 'utf8');
  const faults = [
    [/bytes prompt = 4;/, 'string prompt = 4;'],
    [/string receipt = 5;/, 'string receipt = 15;'],
  ] as const;
  for (const [field, changed] of faults) {
    expect(sound).toMatch(field);
    writeFileSync(file, sound.replace(field, changed));
    const { status, stdout } = breaking(dir);
    expect(status).toBe(100);
    expect(stdout).toMatch(/CreateTransferRequest/);
  }
});

test('the generated types are those of proto/', async () => {
  const fresh = join(await temporaryFolder(), 'generated');
  execFileSync(process.execPath, ['scripts/generate-rpc.ts', fresh], { cwd: root });
  const committed = join(root, 'packages/shared/src/rpc/generated');
  // `Original file:` names the proto relative to the output, which is elsewhere here.
  const diff = spawnSync('diff', ['-r', '-I', '^// Original file', committed, fresh], { encoding: 'utf8' });
  expect(diff.stdout).toBe('');
});
