/** @file Following a job of the server to its end, with the same progress as a step that runs here. */

import type { ActionContext } from '@softpost/shared/commands/cli';
import { SoftpostError } from '@softpost/shared/errors';
import type { Job__Output as Job } from '@softpost/shared/rpc/generated/softpost/v1/Job';
import type { JobEvent__Output as JobEvent } from '@softpost/shared/rpc/generated/softpost/v1/JobEvent';
import { z } from 'zod';
import type { Connection } from './connection.ts';

const reportSchema = z.object({
  heldOut: z
    .object({ after: z.object({ agreement: z.number() }) })
    .optional()
    .catch(undefined),
  quality: z.object({ verdict: z.string() }).optional(),
  accuracy: z.number().optional(),
});

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
    ...reportLines(reportJson),
  ].join('\n');
}

/** What an operator decides by: how near the student came, or how a transfer was judged. All of it is in the JSON form. */
function reportLines(reportJson: string): readonly string[] {
  const { heldOut, quality, accuracy } = reportSchema.parse(reportJson === '' ? {} : JSON.parse(reportJson));
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    ...(heldOut
      ? [`agrees   with its teacher at ${percent(heldOut.after.agreement)} of the held-out tokens asked for`]
      : []),
    ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`]),
    ...(quality ? [`verdict  ${quality.verdict}`] : []),
  ];
}

export function jobFailure({ jobId, state, error }: JobAnswer): SoftpostError | undefined {
  if (state === 'JOB_STATE_SUCCEEDED') return undefined;
  const reason = error ? `: ${error.message} (${error.code}). ${error.remedy}` : '';
  return new SoftpostError('JOB_FAILED', `job ${jobId} is ${stateName(state)}${reason}`);
}

export function stateName(state: Job['state']): string {
  return state.replace('JOB_STATE_', '').toLowerCase();
}
