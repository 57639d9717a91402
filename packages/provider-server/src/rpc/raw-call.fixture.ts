/** @file For tests: calls that no honest client makes, as bytes, to any method. */

import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';

export interface RawOptions {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}

/** The answer, or the status that the call ended with. */
export function rawCall(
  { address, ca }: { readonly address: string; readonly ca: Buffer },
  path: string,
  bytes: Uint8Array,
  { key, headers = {} }: RawOptions = {},
): Promise<Buffer | ServiceError> {
  const client = new Client(address, credentials.createSsl(ca), { 'grpc.max_send_message_length': -1 });
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  if (key !== undefined) metadata.set('authorization', `Bearer ${key}`);
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return new Promise((resolve) => {
    const send = (value: Uint8Array): Buffer => Buffer.from(value);
    client.makeUnaryRequest(
      path,
      send,
      (answer) => answer,
      bytes,
      metadata,
      (error, answer) => resolve(error ?? answer!),
    );
  });
}
