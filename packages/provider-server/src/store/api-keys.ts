/** @file API keys: who holds the secret has the role, for the tenant if it is an owner's. Only a hash of it is kept. */

import { randomUUID } from 'node:crypto';
import type { ApiKey, Db, Role } from './rows.ts';
import { getTenant } from './tenants.ts';
import { isUuid, unknownId } from './unknown-id.ts';

export interface NewApiKey {
  /** Of an owner's key alone. */
  readonly tenantId: string | null;
  readonly role: Role;
  readonly secretHash: string;
}

/** @throws UNKNOWN_ID for the tenant */
export async function createApiKey(db: Db, { tenantId, role, secretHash }: NewApiKey): Promise<ApiKey> {
  if (tenantId !== null) await getTenant(db, tenantId);
  return db
    .insertInto('apiKeys')
    .values({ id: randomUUID(), tenantId, role, secretHash })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Undefined also for a key that was revoked. */
export async function findApiKey(db: Db, id: string): Promise<ApiKey | undefined> {
  if (!isUuid(id)) return undefined;
  return db.selectFrom('apiKeys').selectAll().where('id', '=', id).where('revokedAt', 'is', null).executeTakeFirst();
}

/** All keys of a tenant, those of operators and auditors for null; revoked ones too. */
export async function listApiKeys(db: Db, tenantId: string | null): Promise<readonly ApiKey[]> {
  return db
    .selectFrom('apiKeys')
    .selectAll()
    .where('tenantId', tenantId === null ? 'is' : '=', tenantId)
    .orderBy('createdAt')
    .execute();
}

/** A key that was revoked before stays as it is. @throws UNKNOWN_ID */
export async function revokeApiKey(db: Db, id: string): Promise<void> {
  const known = isUuid(id)
    ? await db.selectFrom('apiKeys').select('id').where('id', '=', id).executeTakeFirst()
    : undefined;
  if (!known) unknownId('key');
  await db
    .updateTable('apiKeys')
    .set({ revokedAt: new Date() })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .execute();
}
