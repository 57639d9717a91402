/** @file The provider's gRPC server: TLS always, nothing read of a call before it is let in, and an end in which nothing is cut off. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { SoftpostError } from '@softpost/shared/errors';
import { MAX_MESSAGE_BYTES } from '@softpost/shared/rpc/channel';
import { packageDefinition } from '@softpost/shared/rpc/definitions';
import type { Services } from '@softpost/shared/rpc/methods';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from 'pino';
import type { Authenticate } from '../auth/authenticate.ts';
import { readPem } from '../tls/read-pem.ts';
import { createGate, type CallContext, type CallLimits } from './gate.ts';
import { addServices } from './handlers.ts';
import { createSlots, type Slots } from './slots.ts';

/** PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Authority of client certificates; with it every client must have one. */
  readonly clientCa?: string | undefined;
}

export interface ServerConfig {
  /** Host and port to listen at; port 0 is any. */
  readonly address: string;
  readonly tls: TlsFiles;
  readonly limits: CallLimits;
  /** Whether operators may ask for the protocol. */
  readonly reflection: boolean;
}

export interface ServerOptions {
  readonly config: ServerConfig;
  readonly services: Partial<Services<CallContext>>;
  readonly authenticate: Authenticate;
  /** Shared with another port, so that a tenant has its calls once. @default its own */
  readonly slots?: Slots;
  readonly log: Logger;
}

export interface DrainTimes {
  /** How long clients and load balancers have to see that this server ends, in milliseconds. */
  readonly delayMs: number;
  /** How long calls may go on then. */
  readonly graceMs: number;
}

export interface RunningServer {
  readonly port: number;
  /**
   * Says that it is not serving, ends streams so that clients resume them elsewhere, waits for other calls, and closes. Called again
   * it is the same end.
   */
  readonly drain: (times: DrainTimes) => Promise<void>;
}

const STREAMS_PER_CONNECTION = 100;
const IDLE_CONNECTION_MS = 5 * 60_000;
const KEEPALIVE_MS = 60_000;
/** So long the last words have to get out. */
const FORCE_AFTER_MS = 500;

/** @throws FILE_NOT_FOUND, BAD_CONFIG, CANNOT_LISTEN */
export async function startServer({
  config,
  services,
  authenticate,
  slots = createSlots(),
  log,
}: ServerOptions): Promise<RunningServer> {
  const credentials = await serverCredentials(config.tls);
  const gate = createGate({ authenticate, limits: config.limits, slots, log });
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION,
    'grpc.max_connection_idle_ms': IDLE_CONNECTION_MS,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_MS / 3,
    interceptors: [gate.interceptor],
  });
  addServices(server, services, gate);
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  if (config.reflection) {
    const { ReflectionService } = await import('@grpc/reflection');
    new ReflectionService(packageDefinition).addToServer(server);
  }
  const port = await listen(server, config.address, credentials);

  const drain = async ({ delayMs, graceMs }: DrainTimes): Promise<void> => {
    health.setStatus('', 'NOT_SERVING');
    await sleep(delayMs);
    const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    const reason = new SoftpostError('SHUTTING_DOWN', 'the provider restarts');
    gate.end('streams', reason);
    const timers = [
      setTimeout(() => gate.end('all', reason), graceMs),
      setTimeout(() => server.forceShutdown(), graceMs + FORCE_AFTER_MS),
    ];
    await closed;
    for (const timer of timers) clearTimeout(timer);
  };
  let draining: Promise<void> | undefined;
  return { port, drain: (times) => (draining ??= drain(times)) };
}

async function serverCredentials({ certificate, key, clientCa }: TlsFiles): Promise<ServerCredentials> {
  const [chain, privateKey, ca] = await Promise.all([
    readPem(certificate),
    readPem(key),
    clientCa === undefined ? null : readPem(clientCa),
  ]);
  const pair = { cert_chain: Buffer.from(chain), private_key: Buffer.from(privateKey) };
  return ServerCredentials.createSsl(ca === null ? null : Buffer.from(ca), [pair], ca !== null);
}

function listen(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, port) => {
      if (cause) reject(new SoftpostError('CANNOT_LISTEN', `cannot listen at ${address}: ${cause.message}`, { cause }));
      else resolve(port);
    });
  });
}
