/** @file The schema, step by step. Steps are never changed once they are released: the next one goes on from there. */

import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { SoftpostError } from '@softpost/shared/errors';

/** Rules that hold whatever our own code does: legal changes of state, what is only ever added to. */
const FIRST: readonly string[] = [
  `create table tenants (
    id uuid primary key,
    name text not null unique,
    owner_public_key text not null,
    certificate_digest text unique,
    limits jsonb not null,
    created_at timestamptz not null default now()
  )`,
  `create table api_keys (
    id uuid primary key,
    tenant_id uuid references tenants,
    role text not null check (role in ('owner', 'operator', 'auditor')),
    secret_hash text not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    check ((role = 'owner') = (tenant_id is not null))
  )`,
  'create index api_keys_tenant on api_keys (tenant_id)',
  `create table jobs (
    id uuid primary key,
    tenant_id uuid references tenants,
    kind text not null check (kind in ('distill', 'publish', 'transfer', 'evaluate')),
    state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    options jsonb not null,
    idempotency_key text not null,
    request_digest text not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    prompt_id uuid,
    student_id text,
    student_version integer,
    artifact text,
    error jsonb,
    report jsonb,
    attempt integer not null default 0,
    last_event integer not null default 0,
    cancel_requested_at timestamptz,
    checkpoint jsonb,
    unique nulls not distinct (tenant_id, idempotency_key),
    check ((ended_at is not null) = (state in ('succeeded', 'failed', 'cancelled'))),
    check ((error is not null) = (state = 'failed'))
  )`,
  'create index jobs_page on jobs (tenant_id, created_at, id)',
  "create index jobs_open on jobs (tenant_id) where state in ('queued', 'running')",
  `create function job_change() returns trigger language plpgsql as $$ begin
    if old.state in ('succeeded', 'failed', 'cancelled')
      or (old.state = 'queued' and new.state not in ('queued', 'running', 'failed', 'cancelled'))
      or (old.state = 'running' and new.state = 'queued')
      or new.attempt < old.attempt or new.last_event < old.last_event
    then raise exception 'illegal change of a job: % to %', old.state, new.state using errcode = 'check_violation';
    end if;
    return new;
  end $$`,
  'create trigger job_change before update on jobs for each row execute function job_change()',
  `create table job_events (
    job_id uuid not null references jobs,
    number integer not null check (number > 0),
    state text,
    level text not null check (level in ('info', 'warning', 'error')),
    message text not null,
    phase text not null,
    step integer not null,
    steps integer not null,
    metrics jsonb not null,
    created_at timestamptz not null default now(),
    primary key (job_id, number)
  )`,
  `create table submissions (
    id uuid primary key,
    tenant_id uuid not null references tenants,
    student_id text not null,
    student_version integer not null,
    prompt_artifact text not null,
    receipt text not null,
    task jsonb not null,
    signed_envelope text not null,
    nonce text not null,
    created_at timestamptz not null default now(),
    unique (tenant_id, nonce)
  )`,
  `create table prompts (
    id uuid primary key,
    tenant_id uuid not null references tenants,
    submission_id uuid not null references submissions,
    job_id uuid not null unique references jobs,
    teacher_id text not null,
    task_name text not null,
    verdict text not null,
    artifact text not null,
    created_at timestamptz not null default now(),
    deleted_at timestamptz
  )`,
  'create index prompts_page on prompts (tenant_id, created_at, id)',
  `create table students (
    id text not null,
    version integer not null check (version > 0),
    teacher_id text not null,
    manifest text not null,
    artifact text not null,
    files jsonb not null,
    parameter_count double precision not null,
    created_at timestamptz not null default now(),
    primary key (id, version)
  )`,
  `create table log_leaves (
    index integer primary key check (index >= 0),
    hash text not null,
    student_id text not null,
    student_version integer not null,
    created_at timestamptz not null default now(),
    unique (student_id, student_version)
  )`,
  `create table receipts (
    id uuid primary key,
    tenant_id uuid not null references tenants,
    submission_id uuid not null,
    receipt text not null,
    created_at timestamptz not null default now()
  )`,
  'create index receipts_page on receipts (tenant_id, created_at, id)',
  `create function append_only() returns trigger language plpgsql as $$ begin
    raise exception '% is only added to', tg_table_name using errcode = 'check_violation';
  end $$`,
  ...['job_events', 'log_leaves', 'receipts', 'students'].map(
    (table) =>
      `create trigger append_only before update or delete on ${table} for each row execute function append_only()`,
  ),
];

/** What the check of a tenant's ledger looks for, without reading every receipt for it. */
const RECEIPT_COLUMNS: readonly string[] = [
  `alter table receipts
    add column sequence bigint generated always as ((receipt::jsonb #>> '{receipt,ledger,sequence}')::bigint) stored,
    add column previous_hash text generated always as (receipt::jsonb #>> '{receipt,ledger,previousHash}') stored,
    add column head_hash text generated always as (receipt::jsonb #>> '{receipt,ledger,headHash}') stored,
    add column day text collate "C" generated always as (receipt::jsonb #>> '{receipt,date}') stored`,
  'create index receipts_sequence on receipts (tenant_id, sequence, day)',
  'create index receipts_day on receipts (tenant_id, day, sequence)',
];

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': { up: (db) => run(db, FIRST) },
  '0002-receipt-columns': { up: (db) => run(db, RECEIPT_COLUMNS) },
};

/**
 * Brings the database to this version, in one transaction; on PostgreSQL processes that start together take turns (Kysely holds
 * an advisory lock).
 * @throws DATABASE_UNAVAILABLE also for a database that a newer version of softpost has changed
 */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new SoftpostError('DATABASE_UNAVAILABLE', 'the tables of the database could not be made', { cause: error });
}

async function run(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
