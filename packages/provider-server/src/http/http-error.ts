/** @file Errors as the OpenAI API gives them: an HTTP status and a body that its clients understand. */

import { ERROR_CODES, isSoftpostError, SoftpostError } from '@softpost/shared/errors';

export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type:
      | 'invalid_request_error'
      | 'authentication_error'
      | 'permission_error'
      | 'rate_limit_error'
      | 'server_error';
    readonly param: null;
    /** Of docs/errors.md, or OpenAI's own where clients look for it. */
    readonly code: string;
  };
}

type Grpc =
  | (typeof ERROR_CODES)[keyof typeof ERROR_CODES]['grpc']
  | 'ALREADY_EXISTS'
  | 'UNIMPLEMENTED'
  | 'DEADLINE_EXCEEDED'
  | 'UNAVAILABLE';

const HTTP_STATUS: Readonly<Record<Grpc, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  DATA_LOSS: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** What anything thrown is answered with; of what is no SoftpostError nothing is shown. */
export function toHttpError(reason: unknown): { readonly status: number; readonly body: OpenAiError } {
  const known = toSoftpostError(reason);
  const status = HTTP_STATUS[ERROR_CODES[known.code].grpc];
  return { status, body: errorBody(status, known.code, `${known.message}. ${known.remedy}`) };
}

export function errorBody(status: number, code: string, message: string): OpenAiError {
  return { error: { message, type: typeOf(status), param: null, code } };
}

function toSoftpostError(reason: unknown): SoftpostError {
  if (isSoftpostError(reason)) return reason;
  // Fastify's own refusals: a body too large, no JSON, a wrong content type.
  if (reason instanceof Error && 'statusCode' in reason && Number(reason.statusCode) < 500)
    return new SoftpostError('BAD_REQUEST', 'the body must be JSON of at most 1 MiB', { cause: reason });
  return new SoftpostError('ENGINE', 'the server failed unexpectedly', { cause: reason });
}

function typeOf(status: number): OpenAiError['error']['type'] {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
