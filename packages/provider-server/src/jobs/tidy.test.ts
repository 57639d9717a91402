/** @file What a worker removes while it runs, beside its jobs. */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, onTestFinished, test } from 'vitest';
import { openFolderStore } from '../store/artifacts/folder-store.ts';
import { testDatabase } from '../store/database.fixture.ts';
import { startQueue } from './queue.ts';
import { startWorker } from './worker.ts';

const database = testDatabase('embedded');

// Kills: private checkpoints that lie there until the next start, which may be a year away.
test('the folders of ended jobs go a week later, also where the worker is never started again', async () => {
  const workDir = await temporaryFolder();
  const worker = await startWorker({
    database: database(),
    store: await openFolderStore(await temporaryFolder()),
    queue: await startQueue(database()),
    catalog: { teachers: {}, datasets: {} },
    prepareManifest: () => Promise.reject(new Error('nothing is published')),
    workDir,
    tidyEveryMs: 50,
    onError: (error) => expect.unreachable(String(error)),
  });
  onTestFinished(() => worker.stop());
  const [old, young] = [join(workDir, randomUUID()), join(workDir, randomUUID())];
  for (const dir of [old, young]) await mkdir(dir);
  const eightDaysAgo = Date.now() / 1000 - 8 * 24 * 3600;
  await utimes(old, eightDaysAgo, eightDaysAgo);
  await expect.poll(() => existsSync(old), { timeout: 10_000 }).toBe(false);
  expect(existsSync(young)).toBe(true);
});
