/** @file The lock between real processes. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

const program = join(import.meta.dirname, 'holding.fixture.ts');

function holder(dir: string): { readonly child: ChildProcess; readonly answer: Promise<string> } {
  const child = spawn(process.execPath, [program, 'folder', dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answer = once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text).trim());
  return { child, answer };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a folder is held by one at a time, and the refusal names the holder', async () => {
  const dir = await temporaryFolder();
  const { child, answer } = holder(dir);
  expect(await answer).toBe('held');
  const named = refusal('FOLDER_IN_USE', new RegExp(`in use by process ${child.pid} on .+ since 20`));
  expect(() => lockFolder(dir)).toThrow(expect.objectContaining(named));
  await kill(child);
  const lock = lockFolder(dir);
  expect(() => lockFolder(dir)).toThrow(expect.objectContaining(refusal('FOLDER_IN_USE', /process/)));
  lock.release();
  lockFolder(dir).release();
});

// Kills: a stale lock that two processes find at once, of which the second removes what the first has made anew.
test('after a holder was killed exactly one of several gets in', { timeout: 120_000 }, async () => {
  const dir = await temporaryFolder();
  for (let round = 0; round < 5; round++) {
    const all = Array.from({ length: 5 }, () => holder(dir));
    const answers = await Promise.all(all.map(({ answer }) => answer));
    expect(answers.toSorted()).toEqual([...Array.from({ length: 4 }, () => 'FOLDER_IN_USE'), 'held']);
    await kill(all[answers.indexOf('held')]!.child);
  }
});

test('a folder that cannot be made is told of', async () => {
  expect(() => lockFolder('/dev/null/none/such')).toThrow(
    expect.objectContaining(refusal('CANNOT_WRITE', /cannot write/)),
  );
});
