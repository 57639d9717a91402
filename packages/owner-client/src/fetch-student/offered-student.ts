/** @file What the provider offers as a student, believed only if it is signed, in the log, and no step back from what this site has seen. */

import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { SoftpostError } from '@softpost/shared/errors';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { openManifest } from '@softpost/shared/manifest/signed-manifest';
import { checkInclusion, checkLog } from '@softpost/shared/transparency/check-log';
import { openLogHead, type LogHead } from '@softpost/shared/transparency/log-head';
import { badAnswer } from '../answers.ts';
import type { Id } from '../ids.ts';
import type { Site } from '../site.ts';

export interface WantedStudent {
  readonly studentId: Id;
  /** Undefined for the newest. */
  readonly version?: number | undefined;
  /** UTC. */
  readonly today: string;
}

/** How often the log may grow between two calls before it is no accident. */
const MAX_RACES = 3;

/**
 * The manifest of a student that everybody is offered. Its version and the head of the log are remembered.
 * @throws SoftpostError BAD_MANIFEST, MANIFEST_EXPIRED, STUDENT_ROLLED_BACK, BAD_LOG_PROOF, LOG_FORKED; BAD_ANSWER; and what `Egress` throws
 */
export async function offeredStudent(site: Site, wanted: WantedStudent): Promise<Manifest> {
  for (let race = 0; race < MAX_RACES; race++) {
    const manifest = await offerInLog(site, wanted);
    if (manifest) return manifest;
  }
  throw badAnswer('the log is another one with every call');
}

/** Undefined if the log grew meanwhile, so that what was shown of it does not fit together. */
async function offerInLog(site: Site, { studentId, version, today }: WantedStudent): Promise<Manifest | undefined> {
  const { egress, providerKey } = site;
  const { signedManifest, inclusion } = await egress.getStudent(studentId, version ?? 0);
  if (inclusion === null) throw badAnswer('the proof that the log has the student is missing');
  const seen = lastManifest(site, studentId);
  const manifest = openManifest(signedManifest, {
    publicKey: providerKey,
    studentId,
    studentVersion: version,
    today,
    // Whoever asks for an older version by its number gets it, but the weights that it had.
    lastSeen: version === undefined || version === seen?.studentVersion ? seen : undefined,
  });
  const { leafIndex, path, signedHead } = inclusion;
  const head = openLogHead(signedHead, providerKey);
  checkInclusion(signedManifest, { leafIndex, path }, head);
  if (!(await followLog(site, signedHead, head))) return undefined;
  rememberManifest(site, manifest);
  return manifest;
}

/** Whether `head` is shown to be the log that was seen before, or one that grew out of it. */
async function followLog(site: Site, signedHead: string, head: LogHead): Promise<boolean> {
  const subject = `log ${providerName(site)}`;
  const known = site.memory.lastSeen(subject);
  if (known !== undefined && known !== signedHead) {
    const previous = openLogHead(known, site.providerKey);
    if (head.treeSize <= previous.treeSize) {
      checkLog(previous, head, []);
    } else {
      const consistency = await site.egress.getLogConsistency(previous.treeSize);
      const now = openLogHead(consistency.signedHead, site.providerKey);
      checkLog(previous, now, consistency.path);
      if (now.treeSize !== head.treeSize) return false;
      checkLog(head, now, []);
    }
  }
  site.memory.see(subject, (last) => {
    if (last !== known) throw new SoftpostError('SITE_BUSY', 'another softpost-owner followed the log meanwhile');
    return signedHead;
  });
  return true;
}

type Seen = Pick<Manifest, 'studentVersion' | 'modelDigest'>;

function lastManifest(site: Site, studentId: Id): Seen | undefined {
  const seen = site.memory.lastSeen(`student ${providerName(site)} ${studentId}`);
  return seen === undefined ? undefined : (JSON.parse(seen) as Seen);
}

function rememberManifest(site: Site, { studentId, studentVersion, modelDigest }: Manifest): void {
  site.memory.see(`student ${providerName(site)} ${studentId}`, (last) =>
    last !== undefined && (JSON.parse(last) as Seen).studentVersion > studentVersion
      ? last
      : JSON.stringify({ studentVersion, modelDigest } satisfies Seen),
  );
}

/** By its key: an address may change hands. */
export function providerName({ providerKey }: Site): string {
  return keyIdOf(publicKeyText(providerKey)).slice('sha256:'.length);
}
