/** @file A connection to PostgreSQL that is lost under a query: told of as what it is, so that who called tries again. */

import type { PoolClient } from 'pg';
import { SoftpostError } from '@softpost/shared/errors';

/** SQLSTATE of connections (class 08) and of a server that stops or starts, and the codes of sockets. */
const LOST_CODE = /^(08...|57P0[1-3]|E[A-Z_]+)$/;
/** The driver's own errors have no code. */
const LOST_MESSAGE = /^Connection terminated|is not queryable|^Client was closed/;

/** From now on the client's queries end with DATABASE_UNAVAILABLE where the connection was lost; other errors stay as they are. */
export function tellOfLoss(client: PoolClient): void {
  const query = client.query.bind(client) as (...query: readonly unknown[]) => Promise<unknown>;
  const telling = (...args: readonly unknown[]): Promise<unknown> =>
    query(...args).catch((cause: unknown) => {
      throw isLoss(cause)
        ? new SoftpostError('DATABASE_UNAVAILABLE', 'the connection to the database was lost', { cause })
        : cause;
    });
  client.query = telling as PoolClient['query'];
}

function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && LOST_CODE.test(String(error.code))) || LOST_MESSAGE.test(error.message);
}
