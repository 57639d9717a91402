/** @file The demo as a newcomer runs it, whole: minutes long, so only where `CI` is set. */

import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { expect, test } from 'vitest';
import { TEST_FILE, TRAIN_FILE } from '../demo/mail.ts';
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
  const { receipt } = await verifyReceipt({ promptDir: join(out, 'owner/prompts/post-dp-1') });
  expect(receipt).toMatchObject({ mechanism: 'sampled-gaussian', secure: true });
  expect(privateMailIn(join(out, 'provider'), join(out, 'owner'))).toEqual([]);
});

// Kills: a server that is not stopped; commands that are not; a handler of signals that only one of the two has.
test.runIf(process.env['CI'] && process.platform === 'linux')(
  'Ctrl-C ends the demo with all of its processes, whatever they do',
  { timeout: 10 * 60_000 },
  async () => {
    const out = join(await temporaryFolder(), 'out');
    const mark = `DEMO_UNDER_TEST=${randomUUID()}`;
    const [name, value] = mark.split('=') as [string, string];
    const demo = spawn(process.execPath, ['demo/run.ts', '--out', out], {
      cwd: root,
      env: { ...process.env, [name]: value },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = once(demo, 'close') as Promise<[number | null]>;
    let running: readonly string[] = [];
    for await (const line of createInterface({ input: demo.stderr })) {
      if (!line.startsWith('distill 1/')) continue;
      running = processesWith(mark);
      demo.kill('SIGINT');
    }
    expect(await closed).toEqual([130, null]);
    // The demo, the server with its compute process, and the command that follows the job.
    expect(running).toHaveLength(4);
    expect(processesWith(mark)).toEqual([]);
  },
);

/** Files of the one folder that have a whole private mail of the other in them, as it is. */
function privateMailIn(providerDir: string, ownerDir: string): readonly string[] {
  const lines = [TRAIN_FILE, TEST_FILE].flatMap((name) =>
    readFileSync(join(ownerDir, name), 'utf8').trimEnd().split('\n'),
  );
  const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text);
  expect(texts.length).toBeGreaterThan(600);
  const forms = new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]));
  const needles = [...forms].map((text) => Buffer.from(text));
  return readdirSync(providerDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    });
}

/** Command lines of the processes that have this in their environment. */
function processesWith(mark: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)) return [];
      return [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')];
    } catch {
      // No process, or one that has just ended, or another user's.
      return [];
    }
  });
}
