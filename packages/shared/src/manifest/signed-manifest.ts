/** @file A signed manifest as text: {"manifest": ..., "signature": ...}; and what an owner asks of it before it fetches the student. */

import type { KeyObject } from 'node:crypto';
import { SoftpostError } from '../errors.ts';
import { signedDocument } from '../signature/signed-document.ts';
import { manifestSchema, type Manifest, type ManifestBody } from './manifest.ts';
import { MAX_STUDENT_BYTES, totalBytes } from './student-files.ts';

/** Room for 256 files. */
export const MAX_MANIFEST_LENGTH = 64 << 10;

const document = signedDocument<Manifest>({
  name: 'manifest',
  source: 'manifest.json',
  schema: manifestSchema,
  maxLength: MAX_MANIFEST_LENGTH,
  code: 'BAD_MANIFEST',
});

/** Signs with the provider's key. @throws SoftpostError BAD_MANIFEST when a field is not as the schema says */
export function sealManifest(body: ManifestBody, privateKey: KeyObject): string {
  return document.seal(body, privateKey);
}

export interface ExpectedStudent {
  /** The provider's key, got on another way than the manifest. */
  readonly publicKey: KeyObject;
  /** The student that was asked for. */
  readonly studentId: string;
  /** Undefined for the newest. */
  readonly studentVersion?: number | undefined;
  /** Today (UTC). */
  readonly today: string;
  /** The newest manifest of this student that this owner has accepted. */
  readonly lastSeen?: Pick<Manifest, 'studentVersion' | 'modelDigest'> | undefined;
  /** Most that the files may have together. @default 64 GiB */
  readonly maxBytes?: number | undefined;
}

/**
 * The manifest of the student that was asked for. Whether everybody is offered the same one, only the log can tell (transparency/).
 * @throws SoftpostError BAD_MANIFEST for a form, key, signature, student or size other than expected; MANIFEST_EXPIRED also before its first
 * day; STUDENT_ROLLED_BACK for a lower version than the last one seen, or other weights under the same version
 */
export function openManifest(text: string, expected: ExpectedStudent): Manifest {
  const manifest = document.open(text, expected.publicKey);
  checkAskedFor(manifest, expected);
  checkDays(manifest, expected.today);
  if (expected.lastSeen) checkNotOlder(manifest, expected.lastSeen);
  return manifest;
}

function checkAskedFor(
  { studentId, studentVersion, files }: Manifest,
  { studentId: wanted, studentVersion: version = studentVersion, maxBytes = MAX_STUDENT_BYTES }: ExpectedStudent,
): void {
  if (studentId !== wanted || studentVersion !== version) {
    refuse('BAD_MANIFEST', `it is of ${studentId} ${studentVersion}, not of ${wanted} ${version}`);
  }
  const bytes = totalBytes(files);
  if (bytes > maxBytes) refuse('BAD_MANIFEST', `files: ${bytes} bytes; at most ${maxBytes} are accepted here`);
}

function checkDays({ issuedDay, expiresDay }: Manifest, today: string): void {
  if (today > expiresDay) refuse('MANIFEST_EXPIRED', `expiresDay is ${expiresDay}, today is ${today}`);
  if (today < issuedDay) refuse('MANIFEST_EXPIRED', `issuedDay is ${issuedDay}, today is ${today}`);
}

function checkNotOlder(
  { studentVersion, modelDigest }: Manifest,
  lastSeen: NonNullable<ExpectedStudent['lastSeen']>,
): void {
  if (studentVersion < lastSeen.studentVersion) {
    refuse(
      'STUDENT_ROLLED_BACK',
      `studentVersion is ${studentVersion}, but ${lastSeen.studentVersion} was offered before`,
    );
  }
  if (studentVersion === lastSeen.studentVersion && modelDigest !== lastSeen.modelDigest) {
    refuse('STUDENT_ROLLED_BACK', `version ${studentVersion} had modelDigest ${lastSeen.modelDigest} before`);
  }
}

function refuse(code: 'BAD_MANIFEST' | 'MANIFEST_EXPIRED' | 'STUDENT_ROLLED_BACK', fault: string): never {
  throw new SoftpostError(code, `manifest.json: ${fault}`);
}
