/** @file The receipts that were submitted, for auditors: never changed, and kept when the prompt goes. */

import { page, type Page, type PageRequest } from './pages.ts';
import type { Db, Receipt } from './rows.ts';
import { getTenant } from './tenants.ts';

/** Newest first. @throws UNKNOWN_ID for the tenant */
export async function listReceipts(db: Db, tenantId: string, request: PageRequest = {}): Promise<Page<Receipt>> {
  const { id } = await getTenant(db, tenantId);
  return page(db.selectFrom('receipts').selectAll().where('tenantId', '=', id), request);
}
