/** @file `softpost-owner fetch-student`: STEP 1 as the owner sees it, a student that can be trusted to be everybody's. */

import { setAction } from '@softpost/shared/commands/cli';
import { integerOption } from '@softpost/shared/commands/options';
import type { Command } from 'commander';
import type { FetchedStudent } from '../fetch-student/fetch-student.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

interface FetchFlags extends SiteFlags {
  readonly student: string;
  readonly studentVersion?: number;
}

interface FetchReport {
  /** For `tune --student`. */
  readonly studentDir: string;
  readonly cached: boolean;
  readonly studentId: string;
  readonly studentVersion: number;
  readonly teacherId: string;
  readonly parameterCount: number;
  readonly modelDigest: string;
  readonly expiresDay: string;
}

const ABOUT = `
The student is accepted only if the provider's key signed its manifest, the manifest is in the provider's log, the log is the one that was seen before or
has grown out of it, and no newer version was seen. A copy that is here already is checked and used; an interrupted download goes on where it was.`;

export function registerFetchStudent(program: Command): void {
  const command = withConfigFlag(program.command('fetch-student'))
    .description("get the provider's student model, checked against its signature and log")
    .requiredOption('--student <id>', 'name of the student')
    .option(
      '--student-version <n>',
      'version (default: the newest)',
      integerOption('--student-version', { min: 1, max: 2 ** 31 - 1 }),
    )
    .addHelpText('after', ABOUT);
  setAction(command, {
    run: async ({ student, studentVersion, ...flags }: FetchFlags, context): Promise<FetchReport> => {
      const { fetchStudent } = await import('../fetch-student/fetch-student.ts');
      return withSite(flags, async (site) =>
        fetchReport(await fetchStudent(site, { studentId: student, version: studentVersion }, context)),
      );
    },
    text: ({ studentDir, cached, studentId, studentVersion, teacherId, parameterCount, modelDigest, expiresDay }) =>
      [
        `student  ${studentDir}${cached ? '  (was here already, and is whole)' : ''}`,
        `is       ${studentId}, version ${studentVersion}, ${parameterCount} parameters, distilled from ${teacherId}`,
        `digest   ${modelDigest}`,
        `valid    until ${expiresDay}; signed, and in the provider's log`,
      ].join('\n'),
  });
}

function fetchReport({ studentDir, cached, manifest }: FetchedStudent): FetchReport {
  const { studentId, studentVersion, teacherId, parameterCount, modelDigest, expiresDay } = manifest;
  return { studentDir, cached, studentId, studentVersion, teacherId, parameterCount, modelDigest, expiresDay };
}
