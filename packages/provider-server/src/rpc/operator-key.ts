/** @file The first key of a new provider: an operator's, in a file of the data folder, with which all others are made. */

import { isThere } from '@softpost/shared/artifact/read-file';
import { createSecret } from '@softpost/shared/signature/secret-file';
import { createApiKey, listApiKeys } from '../store/api-keys.ts';
import type { Db } from '../store/rows.ts';
import { hashSecret, formatApiKey, newSecret } from '../auth/api-key.ts';

/** Makes the key where no operator has one that is still good. @throws CANNOT_WRITE */
export async function ensureOperatorKey(db: Db, file: string): Promise<void> {
  const keys = await listApiKeys(db, null);
  if (keys.some(({ role, revokedAt }) => role === 'operator' && revokedAt === null) || (await isThere(file))) return;
  await db.transaction().execute(async (trx) => {
    const secret = newSecret();
    const { id } = await createApiKey(trx, { tenantId: null, role: 'operator', secretHash: await hashSecret(secret) });
    await createSecret(file, `${formatApiKey({ id, secret })}\n`);
  });
}
