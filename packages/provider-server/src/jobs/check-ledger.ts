/**
 * @file Whether the ledger behind a receipt can be the one behind the receipts that a tenant submitted before. A receipt names the entry of
 * its last step with the hashes of that entry and of the one before it, and its day; so a ledger that was put back, or begun anew under the
 * same key, soon contradicts itself. Receipts may come in any order, and entries between two of them are not seen: this finds no
 * more than contradictions.
 */

import { SoftpostError } from '@softpost/shared/errors';
import type { Receipt } from '@softpost/shared/receipt/receipt';
import { addDays } from '@softpost/shared/signature/day';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../store/rows.ts';

/** @param receipt as the tenant signed it, checked. @throws LEDGER_ROLLED_BACK naming both entries */
export async function checkLedger(db: Db, tenantId: string, receipt: string): Promise<void> {
  const claim = (JSON.parse(receipt) as { readonly receipt: Receipt }).receipt;
  if (claim.mechanism === 'none') return;
  const [earlier] = (await contradiction(tenantId, claim).execute(db)).rows;
  if (!earlier) return;
  throw new SoftpostError(
    'LEDGER_ROLLED_BACK',
    `receipt.json: entry ${claim.ledger.sequence} of the ledger does not go with entry ${earlier.sequence} in a receipt that was submitted before`,
  );
}

type PrivateReceipt = Exclude<Receipt, { readonly mechanism: 'none' }>;

/** Asks for an earlier receipt that the ledger behind this one cannot have had. */
export function contradiction(
  tenantId: string,
  { date, ledger }: Pick<PrivateReceipt, 'date' | 'ledger'>,
): RawBuilder<{ readonly sequence: string }> {
  const { sequence, previousHash, headHash } = ledger;
  // Two runs at a time may end on either side of midnight.
  const [dayBefore, dayAfter] = [addDays(date, -1), addDays(date, 1)];
  // Each part has its index. For a receipt that continues the ledger, none of them finds more than the one before it.
  return sql`
    select sequence from receipts
    where tenant_id = ${tenantId}::uuid and sequence between ${sequence}::bigint - 1 and ${sequence}::bigint + 1 and (
      (sequence = ${sequence}::bigint and head_hash <> ${headHash})
      or (sequence = ${sequence}::bigint + 1 and previous_hash <> ${headHash})
      or (sequence = ${sequence}::bigint - 1 and head_hash <> ${previousHash}))
    union all (
      select sequence from receipts
      where tenant_id = ${tenantId}::uuid and sequence > ${sequence}::bigint and day < ${dayBefore} limit 1)
    union all (
      select sequence from receipts
      where tenant_id = ${tenantId}::uuid and day > ${dayAfter} and sequence < ${sequence}::bigint limit 1)
    limit 1`;
}
