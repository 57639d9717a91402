/** @file Which student of the provider a model on this site is: receipts name models by their digests, the provider by name and version. */

import type { Digest } from '@softpost/shared/artifact/digest';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { daySchema } from '@softpost/shared/signature/day';
import { z } from 'zod';
import { asId, type Id } from '../ids.ts';
import type { Site } from '../site.ts';
import { providerName } from './offered-student.ts';

export interface StudentName {
  readonly studentId: Id;
  readonly studentVersion: number;
}

const schema = z.strictObject({ studentId: z.string(), studentVersion: z.int(), expiresDay: daySchema });

type Named = Pick<Manifest, 'studentId' | 'studentVersion' | 'modelDigest' | 'expiresDay'>;

/** Of two names of the same weights the one that is accepted for longer stays: a student that expires is published anew under another version. */
export function rememberFetched(site: Site, { studentId, studentVersion, modelDigest, expiresDay }: Named): void {
  site.memory.see(subjectOf(site, modelDigest), (last) =>
    last !== undefined && schema.parse(JSON.parse(last)).expiresDay >= expiresDay
      ? last
      : JSON.stringify({ studentId, studentVersion, expiresDay }),
  );
}

export function fetchedAs(site: Site, modelDigest: Digest): StudentName | undefined {
  const seen = site.memory.lastSeen(subjectOf(site, modelDigest));
  if (seen === undefined) return undefined;
  const { studentId, studentVersion } = schema.parse(JSON.parse(seen));
  return { studentId: asId('student', studentId, 'SITE_DAMAGED'), studentVersion };
}

function subjectOf(site: Site, modelDigest: Digest): string {
  return `model ${providerName(site)} ${modelDigest}`;
}
