/** @file `softpost-provider jobs` and `datasets`: what the server is doing, and what it may use. */

import { setAction } from '@softpost/shared/commands/cli';
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { withConnection, withConnectionFlags, type ConnectionFlags } from './connection.ts';
import { followJob, jobFailure, jobText, stateName } from './follow-job.ts';

interface JobFlags extends ConnectionFlags {
  readonly job: string;
}

interface EvaluateFlags extends ConnectionFlags {
  readonly teacher: string;
  readonly dataset: string;
  readonly idempotencyKey?: string;
}

export function registerJobs(program: Command): void {
  const jobs = program.command('jobs').description('what the server is doing, for all tenants');
  const withJob = (command: Command): Command => withConnectionFlags(command).requiredOption('--job <id>', 'the job');

  const list = withConnectionFlags(jobs.command('list').description('jobs, the newest first'));
  setAction(list.option('--page-token <token>', 'of an earlier page'), {
    run: ({ pageToken = '', ...flags }: ConnectionFlags & { readonly pageToken?: string }) =>
      withConnection(flags, ({ call }) => call('/softpost.v1.JobService/ListJobs', { pageSize: 100, pageToken })),
    text: ({ jobs: all, nextPageToken }) =>
      [
        ...(all.length === 0 ? ['no jobs'] : []),
        ...all.map(({ jobId, kind, state, createTime }) =>
          [jobId, kind.replace('JOB_KIND_', '').toLowerCase().padEnd(8), stateName(state).padEnd(9), createTime].join(
            '  ',
          ),
        ),
        ...(nextPageToken === '' ? [] : [`more: --page-token ${nextPageToken}`]),
      ].join('\n'),
  });
  setAction(withJob(jobs.command('watch').description('follow a job to its end')), {
    run: ({ job, ...flags }: JobFlags, context) =>
      withConnection(flags, (connection) => followJob(connection, job, context)),
    text: jobText,
    failure: jobFailure,
  });
  const evaluate = withConnectionFlags(
    jobs.command('evaluate').description('measure a teacher, without a prompt, on labelled public data'),
  )
    .requiredOption('--teacher <id>', 'as in the configuration')
    .requiredOption('--dataset <id>', 'with a task file, as in the configuration')
    .option('--idempotency-key <key>', 'the same key gives the same job (default: a new one)');
  setAction(evaluate, {
    run: (
      { teacher: teacherId, dataset: datasetId, idempotencyKey = randomUUID(), ...flags }: EvaluateFlags,
      context,
    ) =>
      withConnection(flags, async (connection) => {
        const request = { idempotencyKey, teacherId, datasetId };
        const { job } = await connection.call('/softpost.v1.AdminService/CreateEvaluation', request);
        return followJob(connection, job!.jobId, context);
      }),
    text: jobText,
    failure: jobFailure,
  });
  setAction(withJob(jobs.command('cancel').description('end a job between two steps')), {
    run: ({ job: jobId, ...flags }: JobFlags) =>
      withConnection(flags, async ({ call }) => (await call('/softpost.v1.JobService/CancelJob', { jobId })).job!),
    text: jobText,
  });
}

export function registerDatasets(program: Command): void {
  const datasets = program.command('datasets').description('public data sets that the configuration offers');
  setAction(withConnectionFlags(datasets.command('list').description('all data sets')), {
    run: (flags: ConnectionFlags) =>
      withConnection(flags, ({ call }) => call('/softpost.v1.PublicDataService/ListPublicDatasets', {})),
    text: ({ datasets: all }) =>
      all.length === 0
        ? 'no data sets'
        : all.map(({ datasetId, records, licence }) => `${datasetId}  ${records} records  ${licence}`).join('\n'),
  });
}
