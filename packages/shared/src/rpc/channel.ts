/** @file A TLS connection to a provider on which requests travel as the bytes that they already are, so that whoever records them records what is sent. */

import { Client, credentials, Metadata, type CallOptions, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { SoftpostError } from '../errors.ts';
import { methodAt, methodPaths } from './definitions.ts';
import type { AnswerOf, MethodPath } from './methods.ts';
import { MAX_SUBMISSION_BYTES } from '../submission/limits.ts';
import { fromStatus } from './status.ts';

export interface ChannelOptions {
  /** Host and port. */
  readonly address: string;
  /** PEM; without it the authorities that Node.js trusts. */
  readonly ca?: Buffer | undefined;
  /** PEM; for a provider that asks for one. */
  readonly certificate?: { readonly chain: Buffer; readonly key: Buffer } | undefined;
  /** API key or JWT. */
  readonly apiKey?: string | undefined;
  /** The name in the provider's certificate, where it is not the host of the address. */
  readonly serverName?: string | undefined;
}

export interface CallSettings {
  readonly signal?: AbortSignal | undefined;
  /** @default 30 s for a unary call, none for a stream */
  readonly timeoutMs?: number | undefined;
}

/**
 * Calls throw what the provider refuses with, or UNREACHABLE, BAD_CERTIFICATE, DEADLINE_EXCEEDED, CANCELLED, BAD_ANSWER.
 * A unary call is repeated a few times where the provider is unavailable, a stream never.
 */
export interface Channel {
  /** @param message of `encodeRequest` */
  unary<Path extends MethodPath>(path: Path, message: Uint8Array, settings?: CallSettings): Promise<AnswerOf<Path>>;
  /** Leaving the loop ends the call. */
  stream<Path extends MethodPath>(
    path: Path,
    message: Uint8Array,
    settings?: CallSettings,
  ): AsyncIterable<AnswerOf<Path>>;
  close(): void;
}

/** Of a message, both ways: a whole submission fits. Chunks of files have 1 MiB. */
export const MAX_MESSAGE_BYTES = MAX_SUBMISSION_BYTES;

const TIMEOUT_MS = 30_000;
const KEEPALIVE_MS = 30_000;

/** Repeated they make a second thing, or find the first one gone. */
const NOT_REPEATABLE: readonly MethodPath[] = [
  '/softpost.v1.AdminService/CreateTenant',
  '/softpost.v1.AdminService/CreateApiKey',
  '/softpost.v1.PromptService/DeletePrompt',
];

const SERVICE_CONFIG = {
  methodConfig: [
    {
      name: methodPaths()
        .filter((path) => !methodAt(path).responseStream && !NOT_REPEATABLE.includes(path))
        .map((path) => ({ service: path.split('/')[1], method: path.split('/')[2] })),
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: '0.2s',
        maxBackoff: '2s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
};

export function openChannel({ address, ca, certificate, apiKey, serverName }: ChannelOptions): Channel {
  const client = new Client(address, credentials.createSsl(ca, certificate?.key, certificate?.chain), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_MS / 3,
    'grpc.service_config': JSON.stringify(SERVICE_CONFIG),
    'grpc.service_config_disable_resolution': 1,
    // What another channel knows of the same address, that its certificate is bad for one, is not for this one.
    'grpc.use_local_subchannel_pool': 1,
    ...(serverName === undefined
      ? {}
      : { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName }),
  });
  const metadata = new Metadata();
  if (apiKey !== undefined) metadata.set('authorization', `Bearer ${apiKey}`);

  return {
    unary: <Path extends MethodPath>(
      path: Path,
      message: Uint8Array,
      { signal, timeoutMs = TIMEOUT_MS }: CallSettings = {},
    ) =>
      new Promise<AnswerOf<Path>>((resolve, reject) => {
        const call = client.makeUnaryRequest(
          path,
          asBuffer,
          methodAt(path).responseDeserialize,
          message,
          metadata,
          within(timeoutMs),
          (error, answer) => {
            stop();
            if (error) reject(asSoftpostError(error, signal));
            else resolve(answer as AnswerOf<Path>);
          },
        );
        const stop = cancelOn(signal, call);
      }),

    stream: async function* <Path extends MethodPath>(
      path: Path,
      message: Uint8Array,
      { signal, timeoutMs }: CallSettings = {},
    ) {
      const read = methodAt(path).responseDeserialize;
      const call = client.makeServerStreamRequest(path, asBuffer, read, message, metadata, within(timeoutMs));
      const stop = cancelOn(signal, call);
      try {
        for await (const answer of call) yield answer as AnswerOf<Path>;
      } catch (error) {
        throw asSoftpostError(error, signal);
      } finally {
        stop();
        call.cancel();
      }
    },

    close: () => client.close(),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function within(timeoutMs: number | undefined): CallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

/** @returns what ends the listening */
function cancelOn(signal: AbortSignal | undefined, call: { cancel(): void }): () => void {
  const cancel = (): void => call.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return () => signal?.removeEventListener('abort', cancel);
}

function asSoftpostError(error: unknown, signal: AbortSignal | undefined): SoftpostError {
  const fault = fromStatus(error as ServiceError satisfies StatusObject);
  // A server that is killed resets its calls, which looks as if we had cancelled them.
  return fault.code === 'CANCELLED' && !signal?.aborted
    ? new SoftpostError('UNREACHABLE', 'the provider ended the call', { cause: fault })
    : fault;
}
