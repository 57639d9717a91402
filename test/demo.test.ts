/** @file The demo as a newcomer runs it, whole: minutes long, so only where `CI` is set. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { expect, test } from 'vitest';
import type { DemoResult } from '../demo/result.ts';

const root = join(import.meta.dirname, '..');

test.runIf(process.env['CI'])('the demo distils, tunes, transfers and reports', { timeout: 20 * 60_000 }, async () => {
  const out = join(await temporaryFolder(), 'out');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['demo/run.ts', '--out', out], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stderr: status === 0 ? '' : stderr.slice(-2000) }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/held-out accuracy, % +no DP +ε = 8\n/);
  const { accuracy, privacy } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as DemoResult;
  // Chance is 50 %, and two standard errors of a test set of 244 are 6 points.
  const student = accuracy.find(({ method }) => method === 'student')!;
  expect(student.withoutDp[0]).toBeGreaterThan(0.56);
  expect(privacy.epsilon).toBeLessThanOrEqual(8);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('</html>');
  const { receipt } = await verifyReceipt({ promptDir: join(out, 'prompts', 'post-dp-1') });
  expect(receipt).toMatchObject({ mechanism: 'sampled-gaussian', secure: true });
});
