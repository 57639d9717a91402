/**
 * @file What is written down of a call: which method, how it ended, how long it took, and whose it was. Nothing that was sent, neither
 * fields nor headers nor messages of errors, which may repeat a field. Of an error that is a fault of ours, the places in our code.
 */

import { status } from '@grpc/grpc-js';
import { isSoftpostError } from '@softpost/shared/errors';
import type { Logger } from 'pino';
import type { Caller } from '../auth/caller.ts';

export interface CallRecord {
  readonly method: string;
  readonly code: status;
  readonly milliseconds: number;
  readonly caller: Caller | undefined;
  readonly error: unknown;
}

const FAULTS: readonly status[] = [status.INTERNAL, status.UNKNOWN, status.DATA_LOSS];

export function logCall(log: Logger, { method, code, milliseconds, caller, error }: CallRecord): void {
  const entry = {
    method,
    status: status[code],
    ms: Math.round(milliseconds),
    tenant: caller?.tenant?.id,
    key: caller?.keyId,
    error: isSoftpostError(error) ? error.code : undefined,
  };
  if (FAULTS.includes(code)) log.error({ ...entry, fault: faultOf(error) }, 'call');
  else log.info(entry, 'call');
}

/** The classes of an error and its causes with the places they were thrown at, without their messages. */
function faultOf(error: unknown): readonly string[] {
  const lines: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    lines.push(at.constructor.name, ...framesOf(at).slice(0, 8));
  }
  return lines;
}

/** The stack begins with the message, whose own lines may look like places; none are taken where it cannot be cut off. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const start = stack.indexOf(message);
  const lines =
    start === -1
      ? []
      : stack
          .slice(start + message.length)
          .split('\n')
          .slice(1);
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
}
