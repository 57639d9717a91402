/** @file For tests: the real server on a real TLS socket, with an authority, keys and tenants of its own. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChannel, type Channel, type ChannelOptions } from '@softpost/shared/rpc/channel';
import { encodeRequest, methodPaths } from '@softpost/shared/rpc/definitions';
import type { AnswerOf, MethodPath, RequestOf, Services } from '@softpost/shared/rpc/methods';
import { createLog } from '../log.ts';
import { onTestFinished } from 'vitest';
import { formatApiKey, hashSecret, newSecret, type ApiKeyParts } from '../auth/api-key.ts';
import { createAuthenticate, type Directory, type KeyRecord } from '../auth/authenticate.ts';
import type { CallingTenant, Role } from '../auth/caller.ts';
import { createSecretCheck } from '../auth/secret-check.ts';
import type { TokenCheck } from '../auth/token.ts';
import { createAuthority, issueCertificate, type CertifiedKey } from '../tls/certificates.ts';
import type { CallContext, CallLimits } from './gate.ts';
import { startServer, type RunningServer } from './server.ts';

export interface TestServer extends RunningServer {
  readonly address: string;
  readonly ca: Buffer;
  readonly authority: CertifiedKey;
  /** Lines of the log. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Keys and tenants can be put in and taken out. */
  readonly keys: Map<string, KeyRecord>;
  readonly tenants: Map<string, CallingTenant>;
  /** A new key of a role; an owner's of a new tenant. The server has seen it before, so that calls start at once. */
  readonly newKey: (role?: Role, tenant?: Partial<CallingTenant>) => Promise<string>;
  /** One that it has not seen. */
  readonly newFreshKey: () => Promise<string>;
  /** Closed when the test ends. */
  readonly open: (options?: Partial<ChannelOptions>) => Channel;
}

export interface TestServerOptions {
  readonly services?: Partial<Services<CallContext>>;
  readonly limits?: Partial<CallLimits>;
  readonly reflection?: boolean;
  /** Whether clients must have a certificate. */
  readonly mutual?: boolean;
  readonly port?: number;
  readonly authority?: CertifiedKey;
  readonly checkToken?: TokenCheck;
}

const authorities = createAuthority('test', { days: 1 });
const secretChecks = createSecretCheck();

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { services = {}, limits, reflection = false, mutual = false, port = 0, checkToken } = options;
  const authority = options.authority ?? (await authorities);
  const dir = await mkdtemp(join(tmpdir(), 'softpost-tls-'));
  const files = { certificate: join(dir, 'server.pem'), key: join(dir, 'key.pem'), clientCa: join(dir, 'ca.pem') };
  const issued = await issueCertificate(authority, { kind: 'server', hosts: ['localhost'] }, { days: 1 });
  await writeFile(files.certificate, issued.certificate);
  await writeFile(files.key, issued.key);
  await writeFile(files.clientCa, authority.certificate);

  const keys = new Map<string, KeyRecord>();
  const tenants = new Map<string, CallingTenant>();
  const directory: Directory = {
    findKey: async (id) => keys.get(id),
    findTenant: async (id) => tenants.get(id),
  };
  const log: Record<string, unknown>[] = [];
  const server = await startServer({
    config: {
      address: `localhost:${port}`,
      tls: { certificate: files.certificate, key: files.key, clientCa: mutual ? files.clientCa : undefined },
      limits: { calls: 100, callsPerTenant: 10, timeoutMs: 30_000, ...limits },
      reflection,
    },
    services,
    authenticate: createAuthenticate({ directory, checkSecret: await secretChecks, checkToken }),
    log: createLog('debug', { write: (line) => void log.push(JSON.parse(line) as (typeof log)[0]) }),
  });
  onTestFinished(() => server.drain({ delayMs: 0, graceMs: 100 }));

  const address = `localhost:${server.port}`;
  const ca = await readFile(files.clientCa);
  const makeKey = async (role: Role, tenant: Partial<CallingTenant> = {}): Promise<ApiKeyParts> => {
    const [id, secret, tenantId] = [randomUUID(), newSecret(), role === 'owner' ? randomUUID() : null];
    keys.set(id, { id, role, tenantId, secretHash: await hashSecret(secret) });
    if (tenantId !== null) tenants.set(tenantId, { id: tenantId, certificateDigest: null, limits: {}, ...tenant });
    return { id, secret };
  };
  return {
    ...server,
    address,
    ca,
    authority,
    log,
    keys,
    tenants,
    newKey: async (role = 'owner', tenant) => {
      const key = await makeKey(role, tenant);
      await (
        await secretChecks
      )(key.secret, keys.get(key.id)!.secretHash);
      return formatApiKey(key);
    },
    newFreshKey: async () => formatApiKey(await makeKey('owner')),
    open: (channel = {}) => {
      const opened = openChannel({ address, ca, ...channel });
      onTestFinished(() => opened.close());
      return opened;
    },
  };
}

export async function call<Path extends MethodPath>(
  channel: Channel,
  path: Path,
  request: RequestOf<Path>,
  settings?: Parameters<Channel['unary']>[2],
): Promise<AnswerOf<Path>> {
  return channel.unary(path, encodeRequest(path, request), settings);
}

export function stream<Path extends MethodPath>(
  channel: Channel,
  path: Path,
  request: RequestOf<Path>,
  settings?: Parameters<Channel['stream']>[2],
): AsyncIterable<AnswerOf<Path>> {
  return channel.stream(path, encodeRequest(path, request), settings);
}

/** Services all methods of which do the same. */
export function servicesThat(handler: (request: object, context: CallContext) => unknown): Services<CallContext> {
  const services: Record<string, Record<string, unknown>> = {};
  for (const path of methodPaths()) {
    const [, service, name] = /^\/softpost\.v1\.(\w+)\/(\w+)$/.exec(path) as unknown as [string, string, string];
    (services[service] ??= {})[name] = handler;
  }
  return services as unknown as Services<CallContext>;
}
