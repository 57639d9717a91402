/** @file A publication as a job: the student of a distillation gets a manifest and a place in the log. */

import { join } from 'node:path';
import type { Digest } from '@softpost/shared/artifact/digest';
import { isThere } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { materialise, readFolder } from '../store/artifacts/stored-folder.ts';
import type { Job } from '../store/rows.ts';
import { addStudent, lockStudents, nextStudentVersion } from '../store/students.ts';
import { checkJobOptions } from './job-options.ts';
import type { Work, Workplace } from './work.ts';

export interface StudentToSign {
  readonly studentId: string;
  readonly teacherId: string;
  readonly validDays: number;
}

export interface SignedStudent {
  /** {"manifest", "signature"} in canonical JSON. */
  readonly manifest: string;
  /** Hash of its leaf in the log, hexadecimal. */
  readonly leafHash: string;
  readonly parameterCount: number;
}

/**
 * Looks at a student's folder, refuses it, or gives what signs it once its version is known: that is inside of a transaction, so
 * long work belongs before.
 */
export type PrepareManifest = (
  studentDir: string,
  student: StudentToSign,
) => Promise<(version: number) => Promise<SignedStudent>>;

export function publishJob(prepareManifest: PrepareManifest): Work {
  return async (job, place) => {
    const { distillJobId, validDays } = checkJobOptions('publish', job.options);
    const { studentId, teacherId, artifact } = await distilled(distillJobId, place);
    const studentDir = join(place.dir, 'student');
    if (!(await isThere(studentDir))) await materialise(place.store, artifact, studentDir);
    const sign = await prepareManifest(studentDir, { studentId, teacherId, validDays });
    const files = await readFolder(place.store, artifact);
    return {
      report: { studentId, teacherId },
      message: `published the student ${studentId}`,
      save: async (trx) => {
        await lockStudents(trx);
        const version = await nextStudentVersion(trx, studentId);
        const signed = await sign(version);
        // What the manifest does not name, such as the loss curve, is the provider's own.
        const offered = files.filter(({ digest }) => signed.manifest.includes(digest));
        await addStudent(trx, { id: studentId, version, teacherId, artifact, files: offered, ...signed });
        return { studentId, studentVersion: version, artifact };
      },
    };
  };
}

/** @throws UNKNOWN_ID; BAD_OPTION where the job made no student */
async function distilled(
  id: string,
  { db }: Workplace,
): Promise<{ readonly studentId: string; readonly teacherId: string; readonly artifact: Digest }> {
  const job: Job | undefined = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!job) throw new SoftpostError('UNKNOWN_ID', 'there is no such distillation');
  if (job.kind !== 'distill' || job.state !== 'succeeded' || job.artifact === null)
    throw new SoftpostError('BAD_OPTION', `the ${job.kind} job ${job.state} and made no student`);
  const { studentId, teacherId } = checkJobOptions('distill', job.options);
  return { studentId, teacherId, artifact: job.artifact };
}
