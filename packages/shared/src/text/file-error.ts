/** @file Turns a failed read of a named file into the error a user can act on. */
import { SoftpostError, isSoftpostError, type ErrorCode } from '../errors.ts';

/**
 * The error for `path` that could not be read: FILE_NOT_FOUND when it is not there, otherwise `code`.
 * An error that is already ours passes unchanged.
 */
export function fileError(path: string, cause: unknown, code: ErrorCode): Error {
  if (isSoftpostError(cause)) return cause;
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
  if (reason === 'ENOENT') return new SoftpostError('FILE_NOT_FOUND', `${path}: no such file`, { cause });
  return new SoftpostError(code, `${path}: cannot be read (${reason})`, { cause });
}
