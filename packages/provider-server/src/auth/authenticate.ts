/** @file Who a call is from: by API key or by token, and for a tenant that is bound to a client certificate by that too. */

import { SoftpostError } from '@softpost/shared/errors';
import { certificateDigest } from '../tls/certificates.ts';
import { parseApiKey } from './api-key.ts';
import type { Caller, CallingTenant, Role } from './caller.ts';
import type { SecretCheck } from './secret-check.ts';
import type { TokenCheck } from './token.ts';

/** What a call shows of who it is from. */
export interface Credentials {
  /** The header. */
  readonly authorization: string | undefined;
  /** DER of the client certificate, which TLS has checked; null where the port asks for none. */
  readonly certificate: Uint8Array | undefined | null;
}

/** @throws UNAUTHENTICATED, TOO_MANY_REQUESTS, UNREACHABLE */
export type Authenticate = (credentials: Credentials) => Promise<Caller>;

/** Where keys and tenants are looked up, at every call: what is revoked is refused from then on. */
export interface Directory {
  /** Undefined also for a key that was revoked. */
  readonly findKey: (id: string) => Promise<KeyRecord | undefined>;
  readonly findTenant: (id: string) => Promise<CallingTenant | undefined>;
}

export interface KeyRecord {
  readonly id: string;
  readonly role: Role;
  readonly tenantId: string | null;
  readonly secretHash: string;
}

export interface AuthenticateOptions {
  readonly directory: Directory;
  readonly checkSecret: SecretCheck;
  /** Without it tokens are refused. */
  readonly checkToken?: TokenCheck | undefined;
}

const MAX_HEADER = 8192;

export function createAuthenticate({ directory, checkSecret, checkToken }: AuthenticateOptions): Authenticate {
  const callerOfKey = async (text: string): Promise<Caller> => {
    const key = parseApiKey(text);
    if (!key) throw invalid();
    const record = await directory.findKey(key.id);
    if (!(await checkSecret(key.secret, record?.secretHash)) || !record) throw invalid();
    return callerOf(record.role, record.tenantId, record.id);
  };

  const callerOfToken = async (token: string): Promise<Caller> => {
    if (!checkToken) throw invalid();
    const { role, tenantId } = await checkToken(token);
    return callerOf(role, tenantId, 'token');
  };

  const callerOf = async (role: Role, tenantId: string | null, keyId: string): Promise<Caller> => {
    if (role !== 'owner') return { role, keyId, tenant: null };
    const tenant = tenantId === null ? undefined : await directory.findTenant(tenantId);
    if (!tenant) throw invalid();
    return { role, keyId, tenant };
  };

  return async ({ authorization = '', certificate }) => {
    const [, secret] = (authorization.length <= MAX_HEADER && /^Bearer (\S+)$/i.exec(authorization)) || [];
    if (secret === undefined) throw new SoftpostError('UNAUTHENTICATED', 'the call has no key');
    const caller = await (secret.startsWith('spk_') ? callerOfKey(secret) : callerOfToken(secret));
    const bound = caller.tenant?.certificateDigest ?? undefined;
    if (bound !== undefined && (!certificate || certificateDigest(certificate) !== bound)) {
      const needed = "this key needs its tenant's client certificate";
      throw new SoftpostError('UNAUTHENTICATED', certificate === null ? `${needed}, which only gRPC asks for` : needed);
    }
    return caller;
  };
}

/** One message, whatever is wrong with the key. */
function invalid(): SoftpostError {
  return new SoftpostError('UNAUTHENTICATED', 'the key is not valid');
}
