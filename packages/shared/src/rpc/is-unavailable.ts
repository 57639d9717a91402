/** @file Errors that may be otherwise in a while; in a file of its own, as those who wait for the other party do not all speak with it. */

import { ERROR_CODES, isSoftpostError, type SoftpostError } from '../errors.ts';

/** Whether the same call may succeed in a moment: the provider is away or ends. */
export function isUnavailable(error: unknown): error is SoftpostError {
  return isSoftpostError(error) && ERROR_CODES[error.code].grpc === 'UNAVAILABLE';
}
