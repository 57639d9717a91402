/** @file A TLS connection to a provider on which messages travel as the bytes that they already are, so that whoever records them records what is sent. */

import { join } from 'node:path';
import {
  Client,
  credentials,
  Metadata,
  status,
  type CallOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { SoftpostError, type ErrorCode } from '../errors.ts';

const PROTO = join(import.meta.dirname, '../../../../proto');
const FILES = ['students', 'public_data', 'transfers', 'jobs', 'prompts', 'inference'];
const definitions = loadSync(
  FILES.map((file) => `softpost/v1/${file}.proto`),
  { includeDirs: [PROTO], keepCase: false, longs: Number, enums: String, defaults: true, oneofs: true },
);
const methods = new Map(
  Object.values(definitions)
    .filter((definition) => !('format' in definition))
    .flatMap((service) => Object.values(service as ServiceDefinition))
    .map((method): [string, MethodDefinition<object, object>] => [method.path, method]),
);

export interface ChannelOptions {
  /** Host and port. */
  readonly address: string;
  /** PEM; without it the authorities that Node.js trusts. */
  readonly ca?: Buffer | undefined;
  readonly certificate?: { readonly chain: Buffer; readonly key: Buffer } | undefined;
  readonly apiKey?: string | undefined;
}

export interface CallSettings {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface Channel {
  readonly unary: <Answer>(path: string, message: Uint8Array, settings?: CallSettings) => Promise<Answer>;
  /** Leaving the loop ends the call. */
  readonly stream: <Answer>(path: string, message: Uint8Array, settings?: CallSettings) => AsyncIterable<Answer>;
  readonly close: () => void;
}

/** A request as it is sent. */
export function encodeRequest(path: string, request: object): Uint8Array {
  return methods.get(path)!.requestSerialize(request);
}

const MAX_MESSAGE = 8 << 20;
const identity = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

export function openChannel({ address, ca, certificate, apiKey }: ChannelOptions): Channel {
  const client = new Client(address, credentials.createSsl(ca, certificate?.key, certificate?.chain), {
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': MAX_MESSAGE,
  });
  const metadata = new Metadata();
  if (apiKey !== undefined) metadata.set('authorization', `Bearer ${apiKey}`);
  const options = (timeoutMs: number | undefined): CallOptions =>
    timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
  const decode = (path: string) => methods.get(path)!.responseDeserialize;
  return {
    unary: (path, message, { signal, timeoutMs = 30_000 } = {}) =>
      new Promise((resolve, reject) => {
        const call: ClientUnaryCall = client.makeUnaryRequest(
          path,
          identity,
          decode(path),
          message,
          metadata,
          options(timeoutMs),
          (error, answer) => (error ? reject(asSoftpostError(error)) : resolve(answer as never)),
        );
        cancelOn(signal, call);
      }),
    stream: async function* <Answer>(path: string, message: Uint8Array, { signal, timeoutMs }: CallSettings = {}) {
      const call = client.makeServerStreamRequest(
        path,
        identity,
        decode(path),
        message,
        metadata,
        options(timeoutMs),
      ) as unknown as ClientReadableStream<Answer>;
      cancelOn(signal, call);
      try {
        for await (const answer of call) yield answer as Answer;
      } catch (error) {
        throw asSoftpostError(error as ServiceError);
      } finally {
        call.cancel();
      }
    },
    close: () => client.close(),
  };
}

function cancelOn(signal: AbortSignal | undefined, call: { cancel(): void }): void {
  if (signal?.aborted) call.cancel();
  signal?.addEventListener('abort', () => call.cancel(), { once: true });
}

const CODES: Readonly<Partial<Record<status, ErrorCode>>> = {
  [status.UNAVAILABLE]: 'UNREACHABLE',
  [status.CANCELLED]: 'CANCELLED',
  [status.NOT_FOUND]: 'UNKNOWN_ID',
};

function asSoftpostError(error: ServiceError): SoftpostError {
  return new SoftpostError(CODES[error.code] ?? 'ENGINE', error.details, { cause: error });
}
