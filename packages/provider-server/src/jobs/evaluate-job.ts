/** @file An evaluation as a job: the accuracy of a teacher on a labelled public data set, with a prompt or without. */

import { join } from 'node:path';
import { replaceFile } from '@softpost/shared/artifact/atomic-write';
import { isThere } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { materialise } from '../store/artifacts/stored-folder.ts';
import { getPrompt, getSubmission } from '../store/prompts.ts';
import { publicDataset, teacherFolder } from './catalog.ts';
import { checkJobOptions } from './job-options.ts';
import type { Work, Workplace } from './work.ts';

/** With a prompt its own task is asked, whose labels must be those of the data set; without one, the task of the data set. */
export const evaluateJob: Work = async (job, place) => {
  const { catalog, call, threads } = place;
  const { teacherId, datasetId, prompt } = checkJobOptions('evaluate', job.options);
  const modelDir = teacherFolder(catalog, teacherId);
  const { file: dataFile, taskFile } = publicDataset(catalog, datasetId);
  const task = prompt ? await layOut(prompt, place) : { taskFile };
  if (task.taskFile === undefined)
    throw new SoftpostError('BAD_OPTION', `the data set ${datasetId} has no task to evaluate without a prompt`);
  const options = { modelDir, ...task, taskFile: task.taskFile, dataFile, threads };
  const report = await call('evaluate', options);
  return { report, message: `accuracy ${(100 * report.accuracy).toFixed(1)} % of ${report.n}` };
};

/** @throws UNKNOWN_ID for a prompt that was deleted meanwhile */
async function layOut(
  { tenantId, promptId }: { readonly tenantId: string; readonly promptId: string },
  { db, store, dir }: Workplace,
): Promise<{ readonly promptDir: string; readonly taskFile: string }> {
  const prompt = await getPrompt(db, tenantId, promptId);
  const { task } = await getSubmission(db, tenantId, prompt.submissionId);
  const [promptDir, taskFile] = [join(dir, 'prompt'), join(dir, 'task.json')];
  if (!(await isThere(promptDir))) await materialise(store, prompt.artifact, promptDir);
  await replaceFile(taskFile, JSON.stringify(task));
  return { promptDir, taskFile };
}
