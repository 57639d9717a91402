/**
 * @file What every call passes before its message is read: who it is from, whether that role may call this, and whether there is a
 * place. And what every call passes at its end: the log.
 */

import {
  ServerInterceptingCall,
  status,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { SoftpostError } from '@softpost/shared/errors';
import { readable, toStatus } from '@softpost/shared/rpc/status';
import type { Logger } from 'pino';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { rolesOf } from './access.ts';
import { logCall } from './call-log.ts';
import { ALL_CALLS, type Slots } from './slots.ts';

export interface CallLimits {
  /** Calls at a time of all callers. */
  readonly calls: number;
  /** Of a tenant that has no limit of its own; of each operator's and auditor's key. */
  readonly callsPerTenant: number;
  /** Most milliseconds of a call that is not a stream. */
  readonly timeoutMs: number;
}

/** What a handler knows of its call. */
export interface CallContext {
  readonly caller: Caller;
  /** Aborted when the caller is gone, the time is over or the server ends; a handler must then end soon. */
  readonly signal: AbortSignal;
}

/** A call that was let in. */
export interface Admission extends CallContext {
  /** Its handler works until this settles: so long it takes up a place, also where the caller is gone. */
  readonly hold: (work: Promise<unknown>) => void;
  /** To be told of what a handler throws, before the call ends. */
  readonly failed: (error: unknown) => void;
}

export interface Gate {
  readonly interceptor: ServerInterceptor;
  /** @param metadata as the handler got it */
  readonly admissionOf: (metadata: Metadata) => Admission;
  /** Ends calls that are open, and all that come from now on; their callers are told the reason. */
  readonly end: (which: 'streams' | 'all', reason: SoftpostError) => void;
}

export interface GateOptions {
  readonly authenticate: Authenticate;
  readonly limits: CallLimits;
  readonly slots: Slots;
  readonly log: Logger;
}

export function createGate({ authenticate, limits, slots, log }: GateOptions): Gate {
  let ending: SoftpostError | undefined;
  const admissions = new WeakMap<Metadata, Admission>();
  const open = new Map<(reason: SoftpostError) => void, 'stream' | 'call'>();

  const interceptor: ServerInterceptor = ({ path, responseStream }, next) => {
    const start = performance.now();
    const controller = new AbortController();
    const work: Promise<unknown>[] = [];
    const releases: (() => void)[] = [];
    let caller: Caller | undefined;
    let ended: status | undefined;
    let error: unknown;

    /** Ends the call from outside: through its handler, or where none has begun at once. */
    const end = (reason: SoftpostError): void => {
      if (controller.signal.aborted) return;
      error ??= reason;
      controller.abort(reason);
      if (work.length === 0) call.sendStatus(toStatus(reason));
    };
    open.set(end, responseStream ? 'stream' : 'call');
    const timer = responseStream ? undefined : setTimeout(end, limits.timeoutMs, timeIsOver());

    const enter = async (metadata: Metadata): Promise<void> => {
      if (ending) throw ending;
      const roles = rolesOf(path);
      if (roles === 'anyone') return;
      releases.push(slots.take(ALL_CALLS, limits.calls));
      caller = await authenticate(credentialsOf(metadata, next));
      // It may have ended meanwhile, and would never give back what it takes now.
      controller.signal.throwIfAborted();
      if (!roles.includes(caller.role)) {
        throw new SoftpostError('PERMISSION_DENIED', `the role ${caller.role} may not call ${path}`);
      }
      const limit = caller.tenant?.limits.concurrentCalls || limits.callsPerTenant;
      releases.push(slots.take(caller.tenant?.id ?? caller.keyId, limit));
      admissions.set(metadata, {
        caller,
        signal: controller.signal,
        hold: (promise) => void work.push(promise),
        failed: (reason) => (error = reason),
      });
    };

    const close = (): void => {
      clearTimeout(timer);
      open.delete(end);
      // gRPC itself ends calls too: by the caller's deadline, and when the connection is gone.
      const code = ended ?? (next.getDeadline() <= new Date() ? status.DEADLINE_EXCEEDED : status.CANCELLED);
      logCall(log, { method: path, code, milliseconds: performance.now() - start, caller, error });
      controller.abort(new SoftpostError('CANCELLED', 'the caller is gone'));
      void Promise.allSettled(work).then(() => releases.forEach((release) => release()));
    };

    const call = new ServerInterceptingCall(next, {
      start: (listen) =>
        listen({
          onReceiveMetadata: (metadata, proceed) => {
            enter(metadata).then(
              () => proceed(metadata),
              (reason: unknown) => {
                error = reason;
                call.sendStatus(toStatus(reason));
              },
            );
          },
          // Of every call, however it ended.
          onCancel: close,
        }),
      sendStatus: (given, send) => {
        ended ??= given.code;
        // gRPC cannot send a lone surrogate: it throws where nobody catches. Health checks repeat what they were asked for.
        send({ ...given, details: readable(given.details) });
      },
    });
    return call;
  };

  return {
    interceptor,
    admissionOf: (metadata) => admissions.get(metadata)!,
    end: (which, reason) => {
      ending = reason;
      for (const [end, kind] of open) if (which === 'all' || kind === 'stream') end(reason);
    },
  };
}

function credentialsOf(metadata: Metadata, call: ServerInterceptingCallInterface): Parameters<Authenticate>[0] {
  const headers = metadata.get('authorization');
  return {
    authorization: headers.length === 1 ? String(headers[0]) : undefined,
    certificate: call.getAuthContext().sslPeerCertificate?.raw,
  };
}

function timeIsOver(): SoftpostError {
  return new SoftpostError('DEADLINE_EXCEEDED', 'the call took too long');
}
