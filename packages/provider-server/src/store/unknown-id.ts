/** @file One answer for what is not there and for what belongs to somebody else, so that an answer tells nobody which it is. */

import { SoftpostError } from '@softpost/shared/errors';

/** @throws UNKNOWN_ID always; the id itself is not repeated */
export function unknownId(what: string): never {
  throw new SoftpostError('UNKNOWN_ID', `there is no such ${what}`);
}

/** PostgreSQL refuses what is no uuid with an error of its own. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

const UNIQUE_VIOLATION = '23505';

/** Tells of a value that is there already; other errors stay as they are. */
export function refuseTaken(message: string): (reason: unknown) => never {
  return (reason) => {
    if (reason instanceof Error && 'code' in reason && reason.code === UNIQUE_VIOLATION)
      throw new SoftpostError('BAD_OPTION', message, { cause: reason });
    throw reason;
  };
}
