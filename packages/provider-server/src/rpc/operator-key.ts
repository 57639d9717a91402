/** @file The first key of a new provider: an operator's, in a file of the data folder, with which all others are made. */

import { readFile, rename } from 'node:fs/promises';
import { isThere } from '@softpost/shared/artifact/read-file';
import { createSecret } from '@softpost/shared/signature/secret-file';
import type { Logger } from 'pino';
import { createApiKey, listApiKeys } from '../store/api-keys.ts';
import type { Db } from '../store/rows.ts';
import { formatApiKey, hashSecret, newSecret, parseApiKey } from '../auth/api-key.ts';

/**
 * Makes the key where no operator has one that is still good. A file that is there may be of another database, or of a start that was cut
 * off before the database had its key: it is moved aside. One whose key was revoked here stays: somebody wanted it so.
 * @throws CANNOT_WRITE
 */
export async function ensureOperatorKey(db: Db, file: string, log: Pick<Logger, 'warn'>): Promise<void> {
  const keys = await listApiKeys(db, null);
  if (keys.some(({ role, revokedAt }) => role === 'operator' && revokedAt === null)) return;
  if (await isThere(file)) {
    const id = parseApiKey((await readFile(file, 'utf8')).trim())?.id ?? 'unreadable';
    if (keys.some((key) => key.id === id)) return;
    const aside = `${file}.${id}`;
    await rename(file, aside);
    log.warn({ aside }, 'this database does not know the operator key: it is moved aside, and a new one made');
  }
  await db.transaction().execute(async (trx) => {
    const secret = newSecret();
    const { id } = await createApiKey(trx, { tenantId: null, role: 'operator', secretHash: await hashSecret(secret) });
    await createSecret(file, `${formatApiKey({ id, secret })}\n`);
  });
}
