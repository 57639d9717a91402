/** @file `softpost-owner jobs`: what the provider is doing for this owner. */

import { setAction } from '@softpost/shared/commands/cli';
import type { Command } from 'commander';
import type { Job } from '../answers.ts';
import { asId } from '../ids.ts';
import { jobFailure } from '../use/job-failure.ts';
import { withConfigFlag, withSite, type SiteFlags } from './with-site.ts';

interface JobFlags extends SiteFlags {
  readonly job: string;
}

export function registerJobs(program: Command): void {
  const jobs = program.command('jobs').description('what the provider is doing for this owner');

  setAction(withConfigFlag(jobs.command('list').description('all jobs')), {
    run: async (flags: SiteFlags) => ({ jobs: await withSite(flags, ({ egress }) => egress.listJobs()) }),
    text: ({ jobs: all }) => (all.length === 0 ? 'no jobs' : all.map(jobLine).join('\n')),
  });

  setAction(withJob(jobs.command('get').description('one job, and what it reports')), {
    run: (flags: JobFlags) => withSite(flags, ({ egress }) => egress.getJob(asId('--job', flags.job))),
    text: jobText,
  });

  setAction(
    withJob(jobs.command('watch').description('follow a job to its end; a lost connection is taken up again')),
    {
      run: async (flags: JobFlags, context) => {
        const { watchJob } = await import('../use/watch-job.ts');
        return withSite(flags, ({ egress }) => watchJob(egress, asId('--job', flags.job), context));
      },
      text: jobText,
      failure: jobFailure,
    },
  );

  setAction(withJob(jobs.command('cancel').description('end a job between two steps')), {
    run: (flags: JobFlags) => withSite(flags, ({ egress }) => egress.cancelJob(asId('--job', flags.job))),
    text: jobText,
  });
}

function withJob(command: Command): Command {
  return withConfigFlag(command).requiredOption('--job <id>', 'the job');
}

export function jobText(job: Job): string {
  const { promptId, error, report } = job;
  return [
    jobLine(job),
    ...(promptId === undefined ? [] : [`prompt  ${promptId}`]),
    ...(error === undefined ? [] : [`error   ${error.message} (${error.code})`, `remedy  ${error.remedy}`]),
    ...(report === undefined ? [] : [`report  ${JSON.stringify(report)}`]),
  ].join('\n');
}

function jobLine({ jobId, kind, state, createTime }: Job): string {
  return `${jobId}  ${kind.padEnd(9)}  ${state.padEnd(9)}  ${createTime}`;
}
