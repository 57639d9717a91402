/** @file From a student that was distilled to what publishes it: its signed manifest, and its leaf in the transparency log. */

import type { KeyObject } from 'node:crypto';
import { sealManifest } from '@softpost/shared/manifest/signed-manifest';
import { addDays, dayOf } from '@softpost/shared/signature/day';
import { leafHash } from '@softpost/shared/transparency/merkle-tree';
import { DEFAULT_STRENGTH_LIMIT, describeStudent, type StudentDescription } from './describe-student.ts';

export interface PublishOptions {
  /** The provider's signing key. */
  readonly privateKey: KeyObject;
  /** @default 0.75 */
  readonly strengthLimit?: number | undefined;
  /** Runs `describeStudent`, where a compute process does. */
  readonly describe?: (dir: string, strengthLimit: number) => Promise<StudentDescription>;
}

export interface StudentToSign {
  readonly studentId: string;
  readonly teacherId: string;
  /** Days after today on which it is still valid. */
  readonly validDays: number;
}

export interface SignedStudent {
  /** {"manifest", "signature"} in canonical JSON. */
  readonly manifest: string;
  /** Of its leaf in the log, hexadecimal. */
  readonly leafHash: string;
  readonly parameterCount: number;
}

/**
 * Does the long work first and gives what signs the student at once, when its version is known.
 * @throws SoftpostError as `describeStudent`; the function it gives: BAD_MANIFEST for an id, a size or a figure that no manifest can have
 */
export function manifestMaker({
  privateKey,
  strengthLimit = DEFAULT_STRENGTH_LIMIT,
  describe = describeStudent,
}: PublishOptions) {
  return async (dir: string, student: StudentToSign): Promise<(studentVersion: number) => Promise<SignedStudent>> => {
    const description = await describe(dir, strengthLimit);
    const { studentId, teacherId, validDays } = student;
    return async (studentVersion) => {
      const issuedDay = dayOf(new Date());
      const manifest = sealManifest(
        {
          type: 'softpost-student',
          version: 1,
          studentId,
          studentVersion,
          teacherId,
          ...description,
          issuedDay,
          expiresDay: addDays(issuedDay, validDays),
        },
        privateKey,
      );
      const leaf = Buffer.from(leafHash(manifest)).toString('hex');
      return { manifest, leafHash: leaf, parameterCount: description.parameterCount };
    };
  };
}
