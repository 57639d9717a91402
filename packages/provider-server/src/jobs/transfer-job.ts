/** @file A transfer as a job: from an owner's submission to a prompt for a teacher. A re-transfer is the same with another teacher. */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { replaceFile } from '@softpost/shared/artifact/atomic-write';
import { SoftpostError } from '@softpost/shared/errors';
import { materialise, putFolder } from '../store/artifacts/stored-folder.ts';
import { isThere } from '@softpost/shared/artifact/read-file';
import { getSubmission } from '../store/prompts.ts';
import { getStudent } from '../store/students.ts';
import { getTenant } from '../store/tenants.ts';
import { TRANSFER_DEFAULTS } from '../transfer/transfer-options.ts';
import { publicDataset, teacherFolder } from './catalog.ts';
import { given } from './given.ts';
import { checkJobOptions } from './job-options.ts';
import { runOnce } from './run-once.ts';
import type { Work, Workplace } from './work.ts';

export const transferJob: Work = async (job, place) => {
  const { catalog, db, store, call, dir, threads } = place;
  const { submissionId, teacherId, datasetId, ...settings } = checkJobOptions('transfer', job.options);
  if (job.tenantId === null) throw new SoftpostError('ENGINE', 'a transfer belongs to a tenant');
  const { tenantId } = job;
  const teacherDir = teacherFolder(catalog, teacherId);
  const publicFile = publicDataset(catalog, datasetId).file;
  const submission = await getSubmission(db, tenantId, submissionId);
  const inputs = await layOut(submission.task, (await getTenant(db, tenantId)).ownerPublicKey, place);
  const student = await getStudent(db, submission.studentId, submission.studentVersion);
  await materialiseOnce(store, student.artifact, inputs.studentDir);
  await materialiseOnce(store, submission.promptArtifact, inputs.promptDir);
  const options = { ...TRANSFER_DEFAULTS, ...catalog.defaults?.transfer, ...given(settings), ...inputs };
  const report = await runOnce(dir, (outDir) =>
    call('transfer', { ...options, teacherDir, publicFile, outDir, threads }),
  );
  const artifact = await putFolder(store, join(dir, 'out'));
  const { verdict } = report.quality;
  return {
    // The path on this machine says nothing elsewhere.
    report: { ...report, promptDir: undefined },
    message: `made a prompt for ${teacherId}: ${verdict}`,
    save: async (trx) => {
      const id = randomUUID();
      const taskName = submission.task.name;
      const prompt = { id, tenantId, submissionId, jobId: job.id, teacherId, taskName, verdict, artifact };
      await trx.insertInto('prompts').values(prompt).execute();
      return { promptId: id, artifact };
    },
  };
};

/** Writes what the submission brought along, and names all inputs in the job's folder. */
async function layOut(task: object, ownerPublicKey: string, { dir }: Workplace) {
  const at = (name: string): string => join(dir, name);
  const taskFile = at('task.json');
  const ownerKeyFile = at('owner-key.pem');
  await replaceFile(taskFile, JSON.stringify(task));
  await replaceFile(ownerKeyFile, ownerPublicKey);
  return { taskFile, ownerKeyFile, studentDir: at('student'), promptDir: at('submitted') };
}

async function materialiseOnce(...[store, folder, dir]: Parameters<typeof materialise>): Promise<void> {
  if (!(await isThere(dir))) await materialise(store, folder, dir);
}
