/** @file What a request passes before its body is read: who it is from, and whether there is a place. */

import { SoftpostError } from '@softpost/shared/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallLimits } from '../rpc/gate.ts';
import { ALL_CALLS, type Slots } from '../rpc/slots.ts';

export interface HttpCaller {
  /** Null for those who belong to the provider. */
  readonly tenantId: string | null;
  readonly role: 'owner' | 'operator' | 'auditor';
  readonly keyId: string;
  /** Of the tenant; 0 or left out: the provider's default. */
  readonly concurrentCalls?: number | undefined;
}

export interface AdmissionOptions {
  /** Who has this key or token. @throws UNAUTHENTICATED */
  readonly authenticate: (bearer: string) => Promise<HttpCaller>;
  readonly slots: Slots;
  readonly limits: Pick<CallLimits, 'calls' | 'callsPerTenant'>;
}

export interface Admission {
  /** A hook for `onRequest`; the place is given back when the answer has left, or the caller has. @throws UNAUTHENTICATED, TOO_MANY_REQUESTS */
  readonly admit: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Of a request that was let in. */
  readonly callerOf: (request: FastifyRequest) => HttpCaller;
}

export function createAdmission({ authenticate, slots, limits }: AdmissionOptions): Admission {
  const callers = new WeakMap<FastifyRequest, HttpCaller>();
  return {
    admit: async (request, reply) => {
      const releases: (() => void)[] = [];
      let isGone = false;
      reply.raw.once('close', () => {
        isGone = true;
        for (const release of releases) release();
      });
      releases.push(slots.take(ALL_CALLS, limits.calls));
      const caller = await authenticate(bearerOf(request));
      const { tenantId, keyId, concurrentCalls } = caller;
      const release = slots.take(tenantId ?? keyId, concurrentCalls || limits.callsPerTenant);
      // Who left meanwhile would never give back what it takes now.
      if (isGone) release();
      else releases.push(release);
      callers.set(request, caller);
    },
    callerOf: (request) => callers.get(request)!,
  };
}

function bearerOf({ headers }: FastifyRequest): string {
  const [, bearer] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer === undefined) throw new SoftpostError('UNAUTHENTICATED', 'there is no key or token');
  return bearer;
}
