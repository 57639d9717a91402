/** @file A student from the provider, as a model folder on this site that is exactly what the signed manifest says. */

import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFolder } from '@softpost/shared/artifact/atomic-write';
import { isThere } from '@softpost/shared/artifact/read-file';
import { isSoftpostError } from '@softpost/shared/errors';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { totalBytes } from '@softpost/shared/manifest/student-files';
import { checkStudentFolder } from '@softpost/shared/manifest/student-folder';
import { downloadFile } from '@softpost/shared/rpc/download';
import { dayOf } from '@softpost/shared/signature/day';
import { asId, type Id } from '../ids.ts';
import type { Site } from '../site.ts';
import { outlast, type OutlastContext } from '../use/outlast.ts';
import { rememberFetched } from './fetched-as.ts';
import { offeredStudent, providerName } from './offered-student.ts';

export interface FetchStudentOptions {
  readonly studentId: string;
  /** @default the newest */
  readonly version?: number | undefined;
}

export interface FetchedStudent {
  /** A model folder, for `tune`. */
  readonly studentDir: string;
  readonly manifest: Manifest;
  /** Whether it was here already. */
  readonly cached: boolean;
}

const MIB = 1 << 20;

/**
 * Fetches a student, or checks the copy that is here. Run again after an interruption, it goes on at the byte where it was.
 * @throws what `offeredStudent` throws; SoftpostError BAD_ANSWER, CANNOT_WRITE; the reason of `signal`
 */
export async function fetchStudent(
  site: Site,
  { studentId: name, version }: FetchStudentOptions,
  context: OutlastContext,
): Promise<FetchedStudent> {
  const studentId = asId('the student', name);
  const manifest = await outlast(() => offeredStudent(site, { studentId, version, today: dayOf(new Date()) }), context);
  rememberFetched(site, manifest);
  const dir = studentFolder(site, manifest);
  if (await isWhole(dir, manifest, context)) return { studentDir: dir, manifest, cached: true };
  await download(site, studentId, manifest, dir, context);
  return { studentDir: dir, manifest, cached: false };
}

/** Named for people, below the key of whoever signed it. */
export function studentFolder(
  site: Site,
  { studentId, studentVersion }: Pick<Manifest, 'studentId' | 'studentVersion'>,
): string {
  return join(site.config.stateDir, 'students', providerName(site).slice(0, 16), `${studentId}-${studentVersion}`);
}

async function isWhole(dir: string, manifest: Manifest, { report }: OutlastContext): Promise<boolean> {
  if (!(await isThere(dir))) return false;
  try {
    await checkStudentFolder(dir, manifest);
    return true;
  } catch (error) {
    if (!isSoftpostError(error)) throw error;
    report({ kind: 'message', level: 'warning', message: `${error.message}; the student is fetched again` });
    await rm(dir, { recursive: true });
    return false;
  }
}

async function download(
  { egress }: Site,
  studentId: Id,
  manifest: Manifest,
  dir: string,
  context: OutlastContext,
): Promise<void> {
  const { files, studentVersion: version } = manifest;
  const partial = `${dir}.partial`;
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const steps = Math.ceil(totalBytes(files) / MIB);
  let finished = 0;
  for (const file of files) {
    await outlast(async (madeProgress) => {
      if (await isThere(join(partial, file.name))) return true;
      await downloadFile({
        dir: partial,
        file,
        read: (offset, signal) => egress.downloadStudent({ studentId, version, fileName: file.name, offset }, signal),
        signal: context.signal,
        onProgress: (bytes) => {
          madeProgress();
          const step = Math.ceil((finished + bytes) / MIB);
          context.report({ kind: 'progress', phase: 'fetch (MiB)', step, steps, metrics: {} });
        },
      });
      return true;
    }, context);
    finished += file.sizeBytes;
  }
  await writeFolder(dir, async (temporary) => {
    for (const { name } of files) await rename(join(partial, name), join(temporary, name));
  });
  await rm(partial, { recursive: true });
}
