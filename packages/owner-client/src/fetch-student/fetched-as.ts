/** @file Which student of the provider a model on this site is: receipts name models by their digests, the provider by name and version. */

import type { Digest } from '@softpost/shared/artifact/digest';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { z } from 'zod';
import { asId, type Id } from '../ids.ts';
import type { Site } from '../site.ts';
import { providerName } from './offered-student.ts';

export interface StudentName {
  readonly studentId: Id;
  readonly studentVersion: number;
}

const schema = z.strictObject({ studentId: z.string(), studentVersion: z.int() });

export function rememberFetched(site: Site, { studentId, studentVersion, modelDigest }: Manifest): void {
  const subject = `model ${providerName(site)} ${modelDigest}`;
  site.memory.see(subject, (last) => last ?? JSON.stringify({ studentId, studentVersion }));
}

export function fetchedAs(site: Site, modelDigest: Digest): StudentName | undefined {
  const seen = site.memory.lastSeen(`model ${providerName(site)} ${modelDigest}`);
  if (seen === undefined) return undefined;
  const { studentId, studentVersion } = schema.parse(JSON.parse(seen));
  return { studentId: asId('student', studentId, 'SITE_DAMAGED'), studentVersion };
}
