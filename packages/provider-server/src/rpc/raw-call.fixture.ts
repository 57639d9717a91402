/** @file For tests: calls that no honest client makes, as bytes, to any method. */

import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';

export interface RawOptions {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}

interface Peer {
  readonly address: string;
  readonly ca: Buffer;
}

const clients = new WeakMap<Peer, Client>();

/** One connection for all calls of a test to a server. */
function clientOf(peer: Peer): Client {
  const known = clients.get(peer);
  if (known) return known;
  const client = new Client(peer.address, credentials.createSsl(peer.ca), { 'grpc.max_send_message_length': -1 });
  clients.set(peer, client);
  onTestFinished(() => client.close());
  return client;
}

/** The answer, the first of a stream (nothing of one that is empty), or the status that the call ended with. */
export function rawCall(
  server: Peer,
  path: string,
  bytes: Uint8Array,
  { key, headers = {} }: RawOptions = {},
): Promise<Buffer | ServiceError> {
  const client = clientOf(server);
  const metadata = new Metadata();
  if (key !== undefined) metadata.set('authorization', `Bearer ${key}`);
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const send = (value: Uint8Array): Buffer => Buffer.from(value);
  // A unary request that is answered with two messages would never end: the client of gRPC cancels it, and waits for ever.
  const call = client.makeServerStreamRequest(path, send, (answer) => answer, bytes, metadata);
  let first: Buffer | undefined;
  call.on('data', (answer: Buffer) => (first ??= answer));
  return new Promise((resolve) => {
    call.on('error', (error: ServiceError) => resolve(error));
    call.on('end', () => resolve(first ?? Buffer.alloc(0)));
  });
}
