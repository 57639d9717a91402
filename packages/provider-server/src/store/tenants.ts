/** @file Tenants: the enterprises that own prompts, each with the key that its receipts must be signed with. */

import { randomUUID } from 'node:crypto';
import { SoftpostError } from '@softpost/shared/errors';
import type { Db, Tenant, TenantLimits } from './rows.ts';
import { isUuid, refuseTaken, unknownId } from './unknown-id.ts';

export interface NewTenant {
  readonly name: string;
  readonly ownerPublicKey: string;
  readonly certificateDigest?: string | null;
  readonly limits?: TenantLimits;
}

/** What a tenant may do that has no limits of its own. */
export const DEFAULT_LIMITS = {
  queuedJobs: 16,
  storedPrompts: 1000,
  concurrentCalls: 16,
  stepsPerJob: 100_000,
  submissionsPerDay: 200,
} as const satisfies Required<TenantLimits>;

/** @throws BAD_OPTION when another tenant has the name or the certificate */
export async function createTenant(
  db: Db,
  { name, ownerPublicKey, certificateDigest = null, limits = {} }: NewTenant,
): Promise<Tenant> {
  return db
    .insertInto('tenants')
    .values({ id: randomUUID(), name, ownerPublicKey, certificateDigest, limits: JSON.stringify(limits) })
    .returningAll()
    .executeTakeFirstOrThrow()
    .catch(refuseTaken('another tenant has this name or certificate'));
}

/** @throws UNKNOWN_ID */
export async function getTenant(db: Db, id: string): Promise<Tenant> {
  const tenant = isUuid(id)
    ? await db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  return tenant ?? unknownId('tenant');
}

export async function listTenants(db: Db): Promise<readonly Tenant[]> {
  return db.selectFrom('tenants').selectAll().orderBy('name').execute();
}

/** @throws UNKNOWN_ID */
export async function setTenantLimits(db: Db, id: string, limits: TenantLimits): Promise<Tenant> {
  await getTenant(db, id);
  return db
    .updateTable('tenants')
    .set({ limits: JSON.stringify(limits) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The limit that holds for a tenant: its own, or else the default. */
export function limitOf({ limits }: Tenant, name: keyof TenantLimits): number {
  return limits[name] || DEFAULT_LIMITS[name];
}

const COUNTED = {
  queuedJobs: 'unfinished jobs',
  storedPrompts: 'stored prompts',
  submissionsPerDay: 'submissions of the last 24 hours',
} as const;

/** @throws QUOTA_EXCEEDED when `count` more than none is too many */
export function checkQuota(tenant: Tenant, name: keyof typeof COUNTED, count: number): void {
  const limit = limitOf(tenant, name);
  if (count < limit) return;
  throw new SoftpostError('QUOTA_EXCEEDED', `there are ${count} ${COUNTED[name]}, of at most ${limit}`);
}
