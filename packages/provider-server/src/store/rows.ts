/** @file The tables of the provider's database and their rows, camelCase here, snake_case there. */

import type { Digest } from '@softpost/shared/artifact/digest';
import type { ErrorCode } from '@softpost/shared/errors';
import type { Task } from '@softpost/shared/text/task';
import type { ColumnType, Generated, JSONColumnType, Kysely, Selectable } from 'kysely';

/** Written as JSON text, so that both drivers take lists too. */
type Json<T extends object> = JSONColumnType<T>;
type JsonOrNull<T extends object> = ColumnType<T | null, string | null | undefined, string | null>;
/** A bigint among them is read as text. */
type FromReceipt = ColumnType<string | null, never, never>;
/** Set by the database when the row is made. */
type CreatedAt = ColumnType<Date, never, never>;

export const ROLES = ['owner', 'operator', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const JOB_KINDS = ['distill', 'publish', 'transfer', 'evaluate'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];
export const ENDED_STATES = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly JobState[];
export type EndedState = (typeof ENDED_STATES)[number];

/** 0 or left out: the provider's default. */
export interface TenantLimits {
  readonly queuedJobs?: number;
  readonly storedPrompts?: number;
  readonly concurrentCalls?: number;
  readonly stepsPerJob?: number;
  readonly submissionsPerDay?: number;
}

export interface TenantTable {
  id: string;
  name: string;
  /** Ed25519 (PEM), which the tenant's receipts and envelopes must be signed with. */
  ownerPublicKey: string;
  /** SHA-256 of the client certificate that the tenant must use. */
  certificateDigest: string | null;
  limits: Json<TenantLimits>;
  createdAt: CreatedAt;
}

export interface ApiKeyTable {
  id: string;
  /** Null for operators and auditors. */
  tenantId: string | null;
  role: Role;
  secretHash: string;
  createdAt: CreatedAt;
  revokedAt: Date | null;
}

export interface JobError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

/** Files of a job that another worker needs to go on with it, by name, and the worker that put them there. */
export interface JobCheckpoint {
  readonly worker: string;
  readonly files: Readonly<Record<string, Digest>>;
}

export interface JobTable {
  id: string;
  /** Null for what the operator asked for. */
  tenantId: string | null;
  kind: JobKind;
  state: Generated<JobState>;
  options: Json<object>;
  idempotencyKey: string;
  /** SHA-256 of the request that the key came with. */
  requestDigest: string;
  createdAt: CreatedAt;
  endedAt: Date | null;
  promptId: string | null;
  studentId: string | null;
  studentVersion: number | null;
  /** The folder that the job made: a student, or a prompt. */
  artifact: Digest | null;
  error: JsonOrNull<JobError>;
  report: JsonOrNull<object>;
  /** Counts the workers that took the job. Only the last one may write (a fencing token). */
  attempt: Generated<number>;
  /** Number of the newest event. */
  lastEvent: Generated<number>;
  cancelRequestedAt: Date | null;
  checkpoint: JsonOrNull<JobCheckpoint>;
}

export type EventLevel = 'info' | 'warning' | 'error';

export interface JobEventTable {
  jobId: string;
  /** Counts from 1 in every job, without gaps. */
  number: number;
  /** The state that the job has from this event on. */
  state: JobState | null;
  level: EventLevel;
  message: string;
  phase: string;
  step: number;
  steps: number;
  metrics: Json<Readonly<Record<string, number>>>;
  createdAt: CreatedAt;
}

export interface SubmissionTable {
  id: string;
  tenantId: string;
  studentId: string;
  studentVersion: number;
  /** The prompt folder as it was submitted. */
  promptArtifact: Digest;
  receipt: string;
  task: Json<Task>;
  signedEnvelope: string;
  /** Of the envelope: an envelope counts once. */
  nonce: string;
  createdAt: CreatedAt;
}

export interface PromptTable {
  id: string;
  tenantId: string;
  submissionId: string;
  /** The transfer that made it; a job makes one prompt. */
  jobId: string;
  teacherId: string;
  taskName: string;
  verdict: string;
  /** The prompt folder. */
  artifact: Digest;
  createdAt: CreatedAt;
  deletedAt: Date | null;
}

export interface StudentFile {
  readonly name: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface StudentTable {
  id: string;
  version: number;
  teacherId: string;
  /** {"manifest", "signature"} in canonical JSON. */
  manifest: string;
  artifact: Digest;
  files: Json<readonly StudentFile[]>;
  parameterCount: number;
  createdAt: CreatedAt;
}

export interface LogLeafTable {
  /** Counts from 0. */
  index: number;
  /** Hash of the leaf, hexadecimal. */
  hash: string;
  studentId: string;
  studentVersion: number;
  createdAt: CreatedAt;
}

/** For auditors: stays when submission and prompt go. */
export interface ReceiptTable {
  id: string;
  tenantId: string;
  submissionId: string;
  receipt: string;
  /** Of the receipt, which the database reads itself. Null without privacy: such a run is in no ledger. */
  sequence: FromReceipt;
  previousHash: FromReceipt;
  headHash: FromReceipt;
  /** YYYY-MM-DD */
  day: FromReceipt;
  createdAt: CreatedAt;
}

export interface Tables {
  tenants: TenantTable;
  apiKeys: ApiKeyTable;
  jobs: JobTable;
  jobEvents: JobEventTable;
  submissions: SubmissionTable;
  prompts: PromptTable;
  students: StudentTable;
  logLeaves: LogLeafTable;
  receipts: ReceiptTable;
}

export type Tenant = Readonly<Selectable<TenantTable>>;
export type ApiKey = Readonly<Selectable<ApiKeyTable>>;
export type Job = Readonly<Selectable<JobTable>>;
export type JobEvent = Readonly<Selectable<JobEventTable>>;
export type Submission = Readonly<Selectable<SubmissionTable>>;
export type Prompt = Readonly<Selectable<PromptTable>>;
export type Student = Readonly<Selectable<StudentTable>>;
export type LogLeaf = Readonly<Selectable<LogLeafTable>>;
export type Receipt = Readonly<Selectable<ReceiptTable>>;

/** Of an integer column: PostgreSQL refuses a comparison with more by an error of its own. */
export const MAX_INTEGER = 2 ** 31 - 1;

/** The database, or a transaction in it. */
export type Db = Kysely<Tables>;
