/** @file The jobs of all tenants: made, looked up, cancelled, watched. */

import { createHash, randomUUID } from 'node:crypto';
import { SoftpostError } from '@softpost/shared/errors';
import { canonicalJson } from '@softpost/shared/signature/canonical-json';
import type { Database } from '../store/database.ts';
import { page, type Page, type PageRequest } from '../store/pages.ts';
import { ENDED_STATES, type Db, type Job, type JobEvent, type JobKind } from '../store/rows.ts';
import { checkQuota, limitOf } from '../store/tenants.ts';
import { inTransaction } from '../store/transaction.ts';
import { isUuid, unknownId } from '../store/unknown-id.ts';
import { record } from './history.ts';
import { checkJobOptions, type JobOptions } from './job-options.ts';
import type { JobQueue } from './queue.ts';
import { watchEvents } from './watch.ts';

export interface NewJob<Kind extends JobKind> {
  /** Null: the operator's. */
  readonly tenantId: string | null;
  readonly kind: Kind;
  readonly options: JobOptions<Kind>;
  /** One job for each key of a tenant, however often it is asked for. */
  readonly idempotencyKey: string;
  /** What must be the same where the key is; @default the options */
  readonly request?: unknown;
}

/** Whose jobs are seen: a tenant's own, or for null (the operator) all. */
export type Scope = string | null;

export interface Jobs {
  /**
   * Makes and queues a job, in the caller's transaction where `db` is one. The same key with the same request gives the job that
   * there is.
   * @throws BAD_OPTION, REQUEST_CHANGED, QUOTA_EXCEEDED, UNKNOWN_ID for the tenant
   */
  create<Kind extends JobKind>(db: Db, job: NewJob<Kind>): Promise<Job>;
  /** @throws UNKNOWN_ID also for a job of another tenant */
  get(scope: Scope, id: string): Promise<Job>;
  list(scope: Scope, request?: PageRequest): Promise<Page<Job>>;
  /**
   * Ends a queued job at once, and a running one between two steps; its checkpoint stays. A job that has ended stays as it is.
   * @throws UNKNOWN_ID
   */
  cancel(scope: Scope, id: string): Promise<Job>;
  /**
   * The events after a number, then new ones until the job ends.
   * @throws UNKNOWN_ID, and what `signal` is aborted with
   */
  watch(scope: Scope, id: string, afterEvent: number, signal?: AbortSignal): AsyncIterable<JobEvent>;
}

export function createJobs(database: Pick<Database, 'db' | 'channel'>, queue: JobQueue): Jobs {
  const { db } = database;

  const find = async (from: Db, scope: Scope, id: string): Promise<Job> => {
    const query = from
      .selectFrom('jobs')
      .selectAll()
      .where('id', '=', isUuid(id) ? id : randomUUID());
    const job = await (scope === null ? query : query.where('tenantId', '=', scope)).executeTakeFirst();
    return job ?? unknownId('job');
  };

  return {
    create: (from, { tenantId, kind, options: given, idempotencyKey, request = given }) =>
      inTransaction(from, async (trx) => {
        const options = checkJobOptions(kind, given);
        const requestDigest = digestOf({ kind, request });
        const tenant = tenantId === null ? undefined : await lockTenant(trx, tenantId);
        const known = await findByKey(trx, tenantId, idempotencyKey);
        if (known) return sameRequest(known, requestDigest);
        if (tenant) {
          checkQuota(tenant, 'queuedJobs', await countUnfinished(trx, tenant.id));
          checkSteps(options, limitOf(tenant, 'stepsPerJob'));
        }
        const id = randomUUID();
        const values = { id, tenantId, kind, idempotencyKey, requestDigest, options: JSON.stringify(options) };
        const made = await trx
          .insertInto('jobs')
          .values(values)
          .onConflict((conflict) => conflict.columns(['tenantId', 'idempotencyKey']).doNothing())
          .returning('id')
          .executeTakeFirst();
        // Somebody else made it just now.
        if (!made) return sameRequest((await findByKey(trx, tenantId, idempotencyKey))!, requestDigest);
        await queue.enqueue(trx, id);
        return (await record(trx, id, { state: 'queued' }, { state: 'queued' }, { message: 'queued' }))!;
      }),

    get: (scope, id) => find(db, scope, id),

    list: (scope, request = {}) => {
      const query = db.selectFrom('jobs').selectAll();
      return page(scope === null ? query : query.where('tenantId', '=', scope), request);
    },

    cancel: (scope, id) =>
      db.transaction().execute(async (trx) => {
        const job = await find(trx, scope, id);
        const now = new Date();
        const ended = { state: 'cancelled', endedAt: now, cancelRequestedAt: now } as const;
        const cancelled = await record(trx, job.id, { state: 'queued' }, ended, { message: 'cancelled' });
        if (cancelled) {
          await queue.drop(trx, job.id);
          return cancelled;
        }
        if (job.cancelRequestedAt) return job;
        const message = 'will be cancelled after this step';
        const asked = await record(trx, job.id, { state: 'running' }, { cancelRequestedAt: now }, { message });
        return asked ?? find(trx, scope, id);
      }),

    async *watch(scope, id, afterEvent, signal) {
      const job = await find(db, scope, id);
      yield* watchEvents(database, job.id, afterEvent, signal);
    },
  };
}

/** What was left out counts as not there, however it was left out. */
function digestOf(request: object): string {
  const text = canonicalJson(JSON.parse(JSON.stringify(request)));
  return createHash('sha256').update(text).digest('hex');
}

/** So that two requests of a tenant do not both find the last free place. @throws UNKNOWN_ID */
async function lockTenant(trx: Db, id: string) {
  const query = trx
    .selectFrom('tenants')
    .selectAll()
    .where('id', '=', isUuid(id) ? id : randomUUID());
  return (await query.forUpdate().executeTakeFirst()) ?? unknownId('tenant');
}

export async function findByKey(trx: Db, tenantId: string | null, key: string): Promise<Job | undefined> {
  return trx
    .selectFrom('jobs')
    .selectAll()
    .where('tenantId', tenantId === null ? 'is' : '=', tenantId)
    .where('idempotencyKey', '=', key)
    .executeTakeFirst();
}

function sameRequest(job: Job, requestDigest: string): Job {
  return job.requestDigest === requestDigest ? job : requestChanged();
}

/** @throws REQUEST_CHANGED always */
export function requestChanged(): never {
  throw new SoftpostError('REQUEST_CHANGED', 'this idempotency key came with another request before');
}

export async function countUnfinished(trx: Db, tenantId: string): Promise<number> {
  const { count } = await trx
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('state', 'not in', ENDED_STATES)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function checkSteps(options: object, most: number): void {
  const steps = 'steps' in options ? Number(options.steps) : 0;
  if (steps > most) throw new SoftpostError('QUOTA_EXCEEDED', `the job has ${steps} steps, of at most ${most}`);
}
