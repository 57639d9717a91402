/** @file A distillation as a job, with the reference model and a real compute process. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { startComputeProcess } from '@softpost/shared/engine/compute-process';
import { expect, test } from 'vitest';
import type { ProviderTasks } from '../compute.ts';
import { openFolderStore } from '../store/artifacts/folder-store.ts';
import type { Job } from '../store/rows.ts';
import { distillJob } from './distill-job.ts';

const root = join(import.meta.dirname, '../../../..');

test('what the request leaves open is as the configuration says, then as the program does', async () => {
  const folder = await temporaryFolder();
  const [file, dir] = [join(folder, 'texts.txt'), join(folder, 'job')];
  await writeFile(file, readFileSync(join(root, 'LICENSE'), 'utf8').replaceAll(/\s*\n\s*(?=\S)/g, '\n'));
  await mkdir(dir);
  const options = { teacherId: 'teacher', datasetId: 'texts', studentId: 'small', steps: 1 };
  const compute = startComputeProcess<ProviderTasks>(new URL('../compute.ts', import.meta.url));
  try {
    const { report } = await distillJob({ id: randomUUID(), kind: 'distill', options } as unknown as Job, {
      // A distillation asks the database for nothing.
      db: undefined as never,
      store: await openFolderStore(join(folder, 'artifacts')),
      catalog: {
        teachers: { teacher: join(root, 'models/softpost-ref-clm') },
        datasets: { texts: { file, licence: 'none' } },
        defaults: { distill: { steps: 2, batch: 2, length: 16 } },
      },
      call: (task, given) => compute.call(task, given),
      dir,
      threads: 1,
    });
    expect(report).toMatchObject({ options: { steps: 1, batch: 2, length: 16, learningRate: 2.5e-4 } });
  } finally {
    await compute.close();
  }
});
