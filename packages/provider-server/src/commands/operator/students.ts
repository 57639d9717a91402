/** @file `softpost-provider students`: students are distilled and published by the running server. */

import { randomUUID } from 'node:crypto';
import { setAction } from '@softpost/shared/commands/cli';
import { integerListOption, integerOption } from '@softpost/shared/commands/options';
import { dayOf } from '@softpost/shared/signature/day';
import type { Command } from 'commander';
import { withConnection, withConnectionFlags, type ConnectionFlags } from './connection.ts';
import { followJob, jobFailure, jobText, type JobAnswer } from './follow-job.ts';

interface DistillFlags extends ConnectionFlags {
  readonly name: string;
  readonly teacher: string;
  readonly dataset: string;
  readonly layers?: readonly number[];
  readonly steps?: number;
  readonly seed: number;
  readonly idempotencyKey?: string;
}

interface PublishFlags extends ConnectionFlags {
  readonly job: string;
  readonly days?: number;
  readonly renew?: boolean;
}

export function registerStudents(program: Command): void {
  const students = program.command('students').description('distil students, publish them, list them');

  const distill = withConnectionFlags(students.command('distill').description('distil a student, and follow the job'))
    .requiredOption('--name <id>', 'of the line of students')
    .requiredOption('--teacher <id>', 'as in the configuration')
    .requiredOption('--dataset <id>', 'public texts, as in the configuration')
    .option(
      '--layers <list>',
      'of the teacher, such as 0,7 (default: first and last)',
      integerListOption('--layers', { min: 0 }),
    )
    .option('--steps <n>', 'number of steps', integerOption('--steps', { min: 1 }))
    .option('--seed <n>', 'of order and start', integerOption('--seed', { min: 0 }), 1)
    .option('--idempotency-key <key>', 'the same key gives the same job (default: a new one)');
  setAction(distill, {
    run: ({ name, teacher, dataset, layers = [], steps = 0, seed, idempotencyKey, ...flags }: DistillFlags, context) =>
      withConnection(flags, async (connection): Promise<JobAnswer> => {
        const names = { studentId: name, teacherId: teacher, datasetId: dataset };
        const request = { idempotencyKey: idempotencyKey ?? randomUUID(), ...names, layers: [...layers], steps, seed };
        const { job } = await connection.call('/softpost.v1.AdminService/CreateDistillation', request);
        return followJob(connection, job!.jobId, context);
      }),
    text: jobText,
    failure: jobFailure,
  });

  const publish = withConnectionFlags(
    students.command('publish').description('sign a distilled student, list it in the log, offer it'),
  )
    .requiredOption('--job <id>', 'the distillation')
    .option('--days <n>', 'until the manifest expires', integerOption('--days', { min: 1, max: 3650 }))
    .option('--renew', 'publish it once more, as the next version');
  setAction(publish, {
    run: ({ job: jobId, days = 0, renew = false, ...flags }: PublishFlags, context) =>
      withConnection(flags, async (connection): Promise<JobAnswer> => {
        // The same distillation is published once, however often this is said, and renewed for so many days once a day.
        const idempotencyKey = renew ? `renew-${dayOf(new Date())}-${days}-${jobId}` : `publish-${jobId}`;
        const request = { idempotencyKey, jobId, validDays: days };
        const { job } = await connection.call('/softpost.v1.AdminService/PublishStudent', request);
        return followJob(connection, job!.jobId, context);
      }),
    text: jobText,
    failure: jobFailure,
  });

  setAction(withConnectionFlags(students.command('list').description('what is published')), {
    run: (flags: ConnectionFlags) =>
      withConnection(flags, async ({ call }) => ({
        students: (await call('/softpost.v1.StudentService/ListStudents', { pageSize: 100 })).students,
      })),
    text: ({ students: all }) =>
      all.length === 0
        ? 'no students'
        : all
            .map(
              ({ studentId, version, teacherId, sizeBytes }) =>
                `${studentId}  version ${version}  of ${teacherId}  ${sizeBytes} bytes`,
            )
            .join('\n'),
  });
}
