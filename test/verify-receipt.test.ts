/** @file `verify-receipt` as both parties call it: through the installed programs. */
import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ownerKey, PRIVATE_BODY, writeWithReceipt } from '@softpost/shared/receipt/receipt.fixture';
import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { recomputedEpsilon } from '@softpost/shared/receipt/stated-epsilon';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const programs = [
  ['softpost-owner', join(import.meta.dirname, '../packages/owner-client/bin/softpost-owner.mjs')],
  ['softpost-provider', join(import.meta.dirname, '../packages/provider-server/bin/softpost-provider.mjs')],
] as const;
const publicKey = publicKeyText(ownerKey);
const signer = { publicKey, keyId: keyIdOf(publicKey) };
const cwd = mkdtempSync(join(tmpdir(), 'softpost-verify-'));

beforeAll(async () => {
  await writeWithReceipt(join(cwd, 'sound'));
  await writeWithReceipt(join(cwd, 'by-user'), { ...PRIVATE_BODY, unit: 'user' });
  await writeWithReceipt(join(cwd, 'false'), PRIVATE_BODY, { noiseMultiplier: 1 });
  const trials = { kind: 'poisson', mean: 10 } as const;
  const chosen = { ...PRIVATE_BODY, selection: { procedure: 'best-of', trials } } as const;
  await writeWithReceipt(join(cwd, 'chosen'), { ...chosen, epsilon: recomputedEpsilon({ ...chosen, ...signer }) });
  writeFileSync(join(cwd, 'owner.pem'), createPublicKey(ownerKey).export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(cwd, 'private.pem'), ownerKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe.each(programs)('%s', (_, program) => {
  const verify = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [program, 'verify-receipt', ...args], { cwd, encoding: 'utf8' });

  test('a sound receipt ends with 0 and one document', () => {
    const { status, stdout, stderr } = verify('--prompt', 'sound', '--public-key', 'owner.pem', '--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(String(stdout))).toMatchObject({
      verified: true,
      covers: 'prompt',
      keyPinned: true,
      receipt: { epsilon: PRIVATE_BODY.epsilon, steps: 20 },
      limits: expect.stringContaining('neither proves') as string,
    });
  });

  test('the text says who signed, what it claims, and what it does not prove', () => {
    const text = String(verify('--prompt', 'sound').stdout);
    expect(text).toMatch(/^receipt {2}holds, for this prompt\nsigned {3}2026-02-28 by sha256:.*, a key that only/);
    expect(text).toContain(`(epsilon ${PRIVATE_BODY.epsilon.enforced}, delta 0.000001) per example`);
    expect(String(verify('--prompt', 'by-user').stdout)).toContain('delta 0.000001) per user,');
    expect(text.trimEnd()).toMatch(/neither proves that the training was run so\.$/);
  });

  test('the text says when the prompt is the best of several', () => {
    expect(String(verify('--prompt', 'chosen').stdout)).toContain(', the best of 10.0 runs on average\n');
  });

  test.each([
    [1, 'BAD_RECEIPT', ['--prompt', 'false']],
    [1, 'BAD_KEY', ['--prompt', 'sound', '--public-key', 'private.pem']],
    [1, 'BAD_KEY', ['--prompt', 'sound', '--public-key', 'sound/softpost.json']],
    [1, 'FILE_NOT_FOUND', ['--prompt', 'sound', '--public-key', 'none.pem']],
    [1, 'BAD_RECEIPT', ['--prompt', 'nowhere']],
    [2, 'BAD_OPTION', []],
  ])('exit code %i, %s: %j', (status, code, flags) => {
    const ending = verify(...flags, '--json');
    expect([ending.status, ending.stdout]).toEqual([status, '']);
    expect(JSON.parse(String(ending.stderr))).toMatchObject({ error: { code } });
  });
});
