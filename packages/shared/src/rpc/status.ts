/**
 * @file Errors on the wire: a SoftpostError travels as its gRPC status, its message, and {"code", "message", "remedy"} in a
 * trailer. Its cause never travels; of any other error nothing does. What comes in is not trusted: neither its length, nor its
 * characters, nor its code.
 */

import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { z } from 'zod';
import { ERROR_CODES, isSoftpostError, SoftpostError, type ErrorCode } from '../errors.ts';
import { connectionFault } from './connection-fault.ts';

/** Base64 of JSON, in the trailers of a call that failed. */
export const DETAILS_KEY = 'softpost-error-bin';

const MAX_MESSAGE = 1000;
/** Every character may take six bytes in JSON. */
const MAX_DETAILS_BYTES = 16 << 10;

const detailsSchema = z.object({ code: z.string().max(100), message: z.string(), remedy: z.string() });

/** How a call ends that ended with `error`. */
export function toStatus(error: unknown): StatusObject {
  const known = isSoftpostError(error) ? error : new SoftpostError('ENGINE', 'The provider met an unexpected error.');
  const message = readable(known.message);
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(JSON.stringify({ code: known.code, message, remedy: known.remedy })));
  return { code: status[ERROR_CODES[known.code].grpc], details: message, metadata };
}

/** What a call ended with that did not end well: the error that the other side threw, or what became of the connection. */
export function fromStatus({ code, details, metadata }: StatusObject): SoftpostError {
  const cause = new Error(details);
  const told = readDetails(metadata);
  if (told && isCode(told.code) && status[ERROR_CODES[told.code].grpc] === code) {
    return new SoftpostError(told.code, `provider: ${readable(told.message)}`, { cause });
  }
  if (told) {
    const text = `${told.code}: ${told.message} ${told.remedy}`;
    return new SoftpostError('BAD_ANSWER', `provider: an error that this version does not know: ${readable(text)}`, {
      cause,
    });
  }
  if (code === status.UNAVAILABLE) return connectionFault(details, cause);
  if (code === status.RESOURCE_EXHAUSTED && TOO_LARGE.test(details)) {
    return new SoftpostError('BAD_REQUEST', `a message is too large: ${readable(details)}`, { cause });
  }
  return new SoftpostError(CODES[code] ?? 'BAD_ANSWER', readable(details), { cause });
}

/** Of statuses without details, which come from gRPC itself, from a proxy or from another server. */
const CODES: Readonly<Partial<Record<status, ErrorCode>>> = {
  [status.CANCELLED]: 'CANCELLED',
  [status.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
  [status.UNAUTHENTICATED]: 'UNAUTHENTICATED',
  [status.PERMISSION_DENIED]: 'PERMISSION_DENIED',
  [status.UNIMPLEMENTED]: 'NOT_OFFERED',
  [status.RESOURCE_EXHAUSTED]: 'TOO_MANY_REQUESTS',
};

/** What gRPC says, here or there, of a message above the limit. It has the same status as too many calls. */
const TOO_LARGE = /message .*larger than/;

function readDetails(metadata: Metadata): z.infer<typeof detailsSchema> | undefined {
  const values = metadata.get(DETAILS_KEY);
  const [value] = values;
  if (values.length !== 1 || !Buffer.isBuffer(value) || value.byteLength > MAX_DETAILS_BYTES) return undefined;
  try {
    return detailsSchema.parse(JSON.parse(value.toString()));
  } catch {
    return undefined;
  }
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

/** Without what could steer a terminal, break a header, or fill a log. */
export function readable(text: string): string {
  const plain = text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');
  return plain.length > MAX_MESSAGE ? `${plain.slice(0, MAX_MESSAGE - 1).toWellFormed()}…` : plain;
}
