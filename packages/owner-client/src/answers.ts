/** @file What the provider answers, taken as hostile: names of a known form, texts fit for a terminal, numbers that are numbers. */

import { SoftpostError } from '@softpost/shared/errors';
import type { RunEvent } from '@softpost/shared/events';
import type { Job__Output } from '@softpost/shared/rpc/generated/softpost/v1/Job';
import type { JobEvent__Output } from '@softpost/shared/rpc/generated/softpost/v1/JobEvent';
import type { Prompt__Output } from '@softpost/shared/rpc/generated/softpost/v1/Prompt';
import type { PublicDataset__Output } from '@softpost/shared/rpc/generated/softpost/v1/PublicDataset';
import type { Student__Output } from '@softpost/shared/rpc/generated/softpost/v1/Student';
import { asId, type Id } from './ids.ts';

export interface StudentListing {
  readonly studentId: Id;
  readonly version: number;
  readonly teacherId: string;
  readonly parameterCount: number;
  readonly sizeBytes: number;
}

export interface Job {
  readonly jobId: Id;
  /** Such as `transfer`. */
  readonly kind: string;
  readonly state: JobState;
  /** RFC 3339, as the provider's clock shows. */
  readonly createTime: string;
  readonly endTime: string;
  /** Of a transfer that succeeded. */
  readonly promptId: Id | undefined;
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string } | undefined;
  /** What the job says at its end, such as the verdict of a transfer. */
  readonly report: unknown;
}

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface JobEvent {
  /** Counts from 1. */
  readonly number: number;
  /** To be shown to the user. */
  readonly shown: RunEvent | undefined;
}

export interface PromptListing {
  readonly promptId: Id;
  readonly teacherId: string;
  readonly taskName: string;
  readonly verdict: string;
  readonly createTime: string;
}

export interface DatasetListing {
  readonly datasetId: Id;
  readonly records: number;
  /** None for a data set without labels. */
  readonly labels: readonly string[];
  readonly licence: string;
}

const STATES: Readonly<Record<string, JobState>> = {
  JOB_STATE_QUEUED: 'queued',
  JOB_STATE_RUNNING: 'running',
  JOB_STATE_SUCCEEDED: 'succeeded',
  JOB_STATE_FAILED: 'failed',
  JOB_STATE_CANCELLED: 'cancelled',
};

const LEVELS = { LEVEL_WARNING: 'warning', LEVEL_ERROR: 'error' } as const;

export function isOver({ state }: Job): boolean {
  return state !== 'queued' && state !== 'running';
}

/** @throws SoftpostError BAD_ANSWER, as all below */
export function studentListing(student: Student__Output): StudentListing {
  return {
    studentId: asId('student_id', student.studentId, 'BAD_ANSWER'),
    version: whole('version', student.version),
    teacherId: printable(student.teacherId),
    parameterCount: whole('parameter_count', student.parameterCount),
    sizeBytes: whole('size_bytes', student.sizeBytes),
  };
}

export function jobOf(job: Job__Output | null): Job {
  if (job === null) throw badAnswer('a job is missing');
  const { error } = job;
  const state = STATES[job.state];
  if (state === undefined) throw badAnswer(`job ${printable(job.jobId)} is in a state that is not known`);
  return {
    jobId: asId('job_id', job.jobId, 'BAD_ANSWER'),
    kind: job.kind.replace('JOB_KIND_', '').toLowerCase(),
    state,
    createTime: printable(job.createTime),
    endTime: printable(job.endTime),
    promptId: job.promptId === '' ? undefined : asId('prompt_id', job.promptId, 'BAD_ANSWER'),
    error: error
      ? { code: printable(error.code), message: printable(error.message), remedy: printable(error.remedy) }
      : undefined,
    report: job.reportJson === '' ? undefined : parseReport(job.reportJson),
  };
}

/** The job that was asked for, and no other. */
export function jobNamed(jobId: Id, answer: Job__Output | null): Job {
  const job = jobOf(answer);
  if (job.jobId !== jobId) throw badAnswer(`it is about job ${job.jobId}, not ${jobId}`);
  return job;
}

export function jobEventOf(event: JobEvent__Output | null): JobEvent {
  if (event === null) throw badAnswer('an event is missing');
  const { level, message, phase, step, steps } = event;
  const metrics = Object.fromEntries(
    Object.entries(event.metrics)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [printable(name), value]),
  );
  const shown: RunEvent | undefined =
    message !== ''
      ? { kind: 'message', level: LEVELS[level as keyof typeof LEVELS] ?? 'info', message: printable(message) }
      : steps > 0
        ? { kind: 'progress', phase: printable(phase), step: Math.min(step, steps), steps, metrics }
        : undefined;
  return { number: whole('number', event.number), shown };
}

export function promptListing(prompt: Prompt__Output | null): PromptListing {
  if (prompt === null) throw badAnswer('a prompt is missing');
  return {
    promptId: asId('prompt_id', prompt.promptId, 'BAD_ANSWER'),
    teacherId: printable(prompt.teacherId),
    taskName: printable(prompt.taskName),
    verdict: printable(prompt.verdict),
    createTime: printable(prompt.createTime),
  };
}

export function datasetListing(dataset: PublicDataset__Output): DatasetListing {
  return {
    datasetId: asId('dataset_id', dataset.datasetId, 'BAD_ANSWER'),
    records: whole('records', dataset.records),
    labels: dataset.labels.map(printable),
    licence: printable(dataset.licence),
  };
}

/** A text of the provider, in one line of at most 500 characters, without any that a terminal obeys. */
export function printable(text: string): string {
  return text.slice(0, 500).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** As `printable`, but of any length, with its lines, tabs and joiners: what a model writes. */
export function printableLines(text: string): string {
  return text.replaceAll(/(?![\n\t\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
}

export function badAnswer(fault: string): SoftpostError {
  return new SoftpostError('BAD_ANSWER', `the provider's answer is not as the protocol says: ${fault}`);
}

function whole(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw badAnswer(`${field} is no whole number`);
}

/** The report is the provider's word, and shown as data only. */
function parseReport(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badAnswer('report_json is not valid JSON');
  }
}
