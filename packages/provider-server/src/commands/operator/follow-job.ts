/** @file Following a job of the server to its end, with the same progress as a step that runs here. */

import type { ActionContext } from '@softpost/shared/commands/cli';
import { SoftpostError } from '@softpost/shared/errors';
import type { Job__Output as Job } from '@softpost/shared/rpc/generated/softpost/v1/Job';
import type { JobEvent__Output as JobEvent } from '@softpost/shared/rpc/generated/softpost/v1/JobEvent';
import type { Connection } from './connection.ts';

export type JobAnswer = Pick<Job, 'jobId' | 'state' | 'error' | 'reportJson' | 'studentId' | 'studentVersion'>;

const LEVELS = {
  LEVEL_UNSPECIFIED: 'info',
  LEVEL_INFO: 'info',
  LEVEL_WARNING: 'warning',
  LEVEL_ERROR: 'error',
} as const;

export async function followJob(
  connection: Connection,
  jobId: string,
  { signal, report }: ActionContext,
): Promise<Job> {
  const request = { jobId, afterEvent: 0 };
  for await (const { event } of connection.stream('/softpost.v1.JobService/WatchJob', request, signal)) {
    if (event) show(event, report);
  }
  return (await connection.call('/softpost.v1.JobService/GetJob', { jobId })).job!;
}

function show({ phase, step, steps, metrics, level, message }: JobEvent, report: ActionContext['report']): void {
  if (steps > 0) report({ kind: 'progress', phase, step, steps, metrics });
  else report({ kind: 'message', level: LEVELS[level], message });
}

export function jobText({ jobId, state, studentId, studentVersion, error, reportJson }: JobAnswer): string {
  return [
    `job      ${jobId}  ${stateName(state)}`,
    ...(studentId === '' ? [] : [`student  ${studentId}${studentVersion === 0 ? '' : ` version ${studentVersion}`}`]),
    ...(error ? [`error    ${error.message} (${error.code})`] : []),
    ...(reportJson === '' ? [] : [`report   ${reportJson.slice(0, 500)}`]),
  ].join('\n');
}

export function jobFailure({ jobId, state, error }: JobAnswer): SoftpostError | undefined {
  if (state === 'JOB_STATE_SUCCEEDED') return undefined;
  const reason = error ? `: ${error.message} (${error.code}). ${error.remedy}` : '';
  return new SoftpostError('JOB_FAILED', `job ${jobId} is ${stateName(state)}${reason}`);
}

export function stateName(state: Job['state']): string {
  return state.replace('JOB_STATE_', '').toLowerCase();
}
