/** @file The receipts that were submitted, for auditors: never changed, and kept when the prompt goes. */

import { sql } from 'kysely';
import { page, type Page, type PageRequest } from './pages.ts';
import type { Db, Receipt } from './rows.ts';
import { getTenant } from './tenants.ts';

/** Newest first. @throws UNKNOWN_ID for the tenant */
export async function listReceipts(db: Db, tenantId: string, request: PageRequest = {}): Promise<Page<Receipt>> {
  const { id } = await getTenant(db, tenantId);
  return page(db.selectFrom('receipts').selectAll().where('tenantId', '=', id), request);
}

/** Submissions of the last 24 hours: each has one. */
export async function countNewReceipts(db: Db, tenantId: string): Promise<number> {
  const { count } = await db
    .selectFrom('receipts')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('createdAt', '>', sql<Date>`now() - interval '24 hours'`)
    .executeTakeFirstOrThrow();
  return Number(count);
}
