/** @file How an operator's command reaches the running server: as any other client, with the operator's key. */

import { join } from 'node:path';
import { isThere, readText } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { openChannel } from '@softpost/shared/rpc/channel';
import { encodeRequest } from '@softpost/shared/rpc/definitions';
import type { AnswerOf, MethodPath, RequestOf } from '@softpost/shared/rpc/methods';
import { readSecret } from '@softpost/shared/signature/secret-file';
import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { tlsFilesIn } from '../../tls/tls-files.ts';
import { configOption } from '../config-option.ts';

export interface ConnectionFlags {
  readonly config: string;
  readonly address?: string;
  readonly ca?: string;
  readonly keyFile?: string;
  readonly clientCertificate?: string;
  readonly clientCertificateKey?: string;
}

export interface Connection {
  readonly call: <Path extends MethodPath>(method: Path, request: RequestOf<Path>) => Promise<AnswerOf<Path>>;
  readonly stream: <Path extends MethodPath>(
    method: Path,
    request: RequestOf<Path>,
    signal: AbortSignal,
  ) => AsyncIterable<AnswerOf<Path>>;
}

export function withConnectionFlags(command: Command): Command {
  return command
    .option(...configOption)
    .option('--address <host:port>', 'of the server (default: as in the configuration)')
    .option('--ca <file>', 'authority of its certificate (default: the one in the data folder)')
    .option('--key-file <file>', 'with the API key (default: operator-key in the data folder)')
    .option('--client-certificate <file>', 'of this caller (PEM), for a server that asks for one (see: tls client)')
    .option('--client-certificate-key <file>', 'its key (PEM, mode 0600)');
}

const KEY_LIMITS = { maxBytes: 1024, code: 'BAD_KEY' } as const;
const PEM_LIMITS = { maxBytes: 1 << 20, code: 'BAD_CONFIG' } as const;

/** @throws what the server refuses with; UNREACHABLE; FILE_NOT_FOUND, BAD_CONFIG, BAD_KEY, BAD_OPTION */
export async function withConnection<T>(
  flags: ConnectionFlags,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { dataDir, grpc } = await readConfig(flags.config);
  const apiKey = (await readSecret(flags.keyFile ?? (await operatorKeyIn(dataDir)), KEY_LIMITS)).trim();
  const ca = Buffer.from(await readText(flags.ca ?? tlsFilesIn(dataDir).ca, PEM_LIMITS));
  const certificate = await certificateOf(flags);
  // What it listens at is not always a name that its certificate has.
  const host = ['0.0.0.0', '::', '127.0.0.1'].includes(grpc.host) ? 'localhost' : grpc.host;
  const channel = openChannel({ address: flags.address ?? `${host}:${grpc.port}`, ca, certificate, apiKey });
  try {
    return await use({
      call: (method, request) => channel.unary(method, encodeRequest(method, request)),
      stream: (method, request, signal) => channel.stream(method, encodeRequest(method, request), { signal }),
    });
  } finally {
    channel.close();
  }
}

async function operatorKeyIn(dataDir: string): Promise<string> {
  const file = join(dataDir, 'operator-key');
  if (await isThere(file)) return file;
  throw new SoftpostError('FILE_NOT_FOUND', `${file}: the server makes this key when it starts for the first time`);
}

async function certificateOf({ clientCertificate: chain, clientCertificateKey: key }: ConnectionFlags) {
  if (chain === undefined && key === undefined) return undefined;
  if (chain === undefined || key === undefined)
    throw new SoftpostError('BAD_OPTION', '--client-certificate and --client-certificate-key need each other');
  return {
    chain: Buffer.from(await readText(chain, PEM_LIMITS)),
    key: Buffer.from(await readSecret(key, PEM_LIMITS)),
  };
}
