/** @file Rows of the database as messages of the protocol. */

import type { ApiKey as ApiKeyMessage } from '@softpost/shared/rpc/generated/softpost/v1/ApiKey';
import type { Job as JobMessage } from '@softpost/shared/rpc/generated/softpost/v1/Job';
import type { JobEvent as EventMessage } from '@softpost/shared/rpc/generated/softpost/v1/JobEvent';
import type { Prompt as PromptMessage } from '@softpost/shared/rpc/generated/softpost/v1/Prompt';
import type { Student as StudentMessage } from '@softpost/shared/rpc/generated/softpost/v1/Student';
import type { Tenant as TenantMessage } from '@softpost/shared/rpc/generated/softpost/v1/Tenant';
import type { ApiKey, Job, JobEvent, JobKind, JobState, Prompt, Role, Student, Tenant } from '../store/rows.ts';

const KINDS = {
  distill: 'JOB_KIND_DISTILL',
  publish: 'JOB_KIND_PUBLISH',
  transfer: 'JOB_KIND_TRANSFER',
  evaluate: 'JOB_KIND_EVALUATE',
} as const satisfies Record<JobKind, JobMessage['kind']>;

const STATES = {
  queued: 'JOB_STATE_QUEUED',
  running: 'JOB_STATE_RUNNING',
  succeeded: 'JOB_STATE_SUCCEEDED',
  failed: 'JOB_STATE_FAILED',
  cancelled: 'JOB_STATE_CANCELLED',
} as const satisfies Record<JobState, JobMessage['state']>;

const LEVELS = { info: 'LEVEL_INFO', warning: 'LEVEL_WARNING', error: 'LEVEL_ERROR' } as const;

export const ROLE_NAMES = {
  owner: 'ROLE_OWNER',
  operator: 'ROLE_OPERATOR',
  auditor: 'ROLE_AUDITOR',
} as const satisfies Record<Role, ApiKeyMessage['role']>;

export function jobMessage(job: Job): JobMessage {
  const { id, kind, state, createdAt, endedAt, promptId, studentId, studentVersion, error, report } = job;
  return {
    jobId: id,
    kind: KINDS[kind],
    state: STATES[state],
    createTime: timeText(createdAt),
    endTime: endedAt ? timeText(endedAt) : '',
    promptId: promptId ?? '',
    studentId: studentId ?? '',
    studentVersion: studentVersion ?? 0,
    error,
    reportJson: report ? JSON.stringify(report) : '',
  };
}

export function eventMessage({ number, state, level, message, phase, step, steps, metrics }: JobEvent): EventMessage {
  const states = state ? STATES[state] : 'JOB_STATE_UNSPECIFIED';
  return { number, state: states, level: LEVELS[level], message, phase, step, steps, metrics: { ...metrics } };
}

export function promptMessage({ id, teacherId, taskName, verdict, createdAt }: Prompt): PromptMessage {
  return { promptId: id, teacherId, taskName, verdict, createTime: timeText(createdAt) };
}

export function studentMessage({ id, version, teacherId, parameterCount, files }: Student): StudentMessage {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { studentId: id, version, teacherId, parameterCount, sizeBytes };
}

export function tenantMessage({ id, name, ownerPublicKey, certificateDigest, limits }: Tenant): TenantMessage {
  return { tenantId: id, name, ownerPublicKey, certificateDigest: certificateDigest ?? '', limits };
}

export function apiKeyMessage({ id, tenantId, role, createdAt, revokedAt }: ApiKey): ApiKeyMessage {
  return {
    keyId: id,
    tenantId: tenantId ?? '',
    role: ROLE_NAMES[role],
    createTime: timeText(createdAt),
    revoked: revokedAt !== null,
  };
}

/** RFC 3339, in seconds. */
function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
