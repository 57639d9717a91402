/** @file A distillation as a job: from a public data set to a student in the artifact store. */

import { join } from 'node:path';
import { replaceFile } from '@softpost/shared/artifact/atomic-write';
import { readTexts } from '@softpost/shared/text/read-examples';
import { DISTILL_DEFAULTS } from '../distill/distill-options.ts';
import { putFolder } from '../store/artifacts/stored-folder.ts';
import { publicDataset, teacherFolder } from './catalog.ts';
import { given } from './given.ts';
import { checkJobOptions } from './job-options.ts';
import { runOnce } from './run-once.ts';
import type { Work } from './work.ts';

export const distillJob: Work = async (job, { catalog, store, call, dir, threads }) => {
  const { teacherId, datasetId, studentId, layers, ...settings } = checkJobOptions('distill', job.options);
  const teacherDir = teacherFolder(catalog, teacherId);
  const corpusFile = join(dir, 'corpus.txt');
  const texts = await readTexts(publicDataset(catalog, datasetId).file);
  await replaceFile(corpusFile, texts.map((text) => `${text.replace(/\s+/g, ' ')}\n`).join(''));
  const report = await runOnce(dir, (outDir) =>
    call('distill', {
      ...DISTILL_DEFAULTS,
      ...catalog.defaults?.distill,
      ...given(settings),
      teacherDir,
      corpusFile,
      outDir,
      layers,
      threads,
    }),
  );
  const artifact = await putFolder(store, join(dir, 'out'));
  return { report, message: `made the student ${studentId}`, save: async () => ({ studentId, artifact }) };
};
