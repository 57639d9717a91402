/** @file A provider for tests: the other end of the protocol, on a real TLS socket, which answers what the test says and keeps what it was sent. */

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 needs what it adds to Reflect
import 'reflect-metadata';
import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { SoftpostError } from '@softpost/shared/errors';
import { methodAt, methodPaths, type Method as Definition } from '@softpost/shared/rpc/definitions';
import { toStatus } from '@softpost/shared/rpc/status';
import { onTestFinished } from 'vitest';
import type { Method } from './egress-record/party-line.ts';
import type { AnswerOf, RequestOf } from '@softpost/shared/rpc/methods';

/** An answer, or for streams the answers; proto-loader fills in what is left out. It refuses by throwing a SoftpostError. */
type Handler<Path extends Method> = (
  request: Required<RequestOf<Path>>,
) => DeepPartial<AnswerOf<Path>> | Promise<DeepPartial<AnswerOf<Path>>> | AsyncIterable<DeepPartial<AnswerOf<Path>>>;

type DeepPartial<T> = T extends Uint8Array | string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]?: DeepPartial<T[K]> };

/** Handlers by service and method, such as `JobService/GetJob`. */
export type Handlers = {
  [Path in Method as Path extends `/softpost.v1.${infer Name}` ? Name : never]?: Handler<Path>;
};

export interface Received {
  readonly path: string;
  /** The message as it came in. */
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Peer {
  readonly address: string;
  /** PEM of the authority that signed its certificate. */
  readonly ca: Buffer;
  readonly received: Received[];
  /** Answers from now on. */
  readonly handle: <Name extends keyof Handlers>(name: Name, handler: NonNullable<Handlers[Name]>) => void;
  readonly stop: () => void;
}

interface Call {
  readonly bytes: Buffer;
  readonly request: object;
}

/** Listens until the test ends. @param port of a peer that was stopped, to come back at the same address */
export async function startPeer(first: Handlers, port = 0): Promise<Peer> {
  const handlers: Record<string, unknown> = { ...first };
  const { ca, chain, key } = await certificates();
  const received: Received[] = [];
  const server = new Server();
  for (const method of methodPaths().map(methodAt)) {
    const handler = () => handlers[method.path.replace('/softpost.v1.', '')] as Handler<Method> | undefined;
    const definition = {
      ...method,
      requestDeserialize: (bytes: Buffer): Call => ({ bytes, request: method.requestDeserialize(bytes) }),
    };
    server.addService({ [method.path]: definition }, { [method.path]: handle(method, handler, received) });
  }
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `localhost:${port}`,
      ServerCredentials.createSsl(null, [{ cert_chain: chain, private_key: key }]),
      (error, number) => (error ? reject(error) : resolve(number)),
    );
  });
  const stop = (): void => server.forceShutdown();
  onTestFinished(stop);
  const replace: Peer['handle'] = (name, handler) => {
    handlers[name] = handler;
  };
  return { address: `localhost:${bound}`, ca, received, handle: replace, stop };
}

function handle(
  method: Definition,
  handlerNow: () => Handler<Method> | undefined,
  received: Received[],
): UntypedHandleCall {
  const answer = (call: { readonly request: Call; readonly metadata: { getMap(): object } }): unknown => {
    const headers = call.metadata.getMap() as Readonly<Record<string, unknown>>;
    received.push({ path: method.path, bytes: call.request.bytes, headers });
    const handler = handlerNow();
    if (handler === undefined) throw new SoftpostError('NOT_OFFERED', method.path);
    return handler(call.request.request as never);
  };
  if (method.responseStream) {
    return (call: ServerWritableStream<Call, object>) => {
      const send = async (): Promise<void> => {
        for await (const one of answer(call) as AsyncIterable<object>) {
          if (call.cancelled) break;
          call.write(one);
        }
        call.end();
      };
      send().catch((error: unknown) => call.emit('error', toStatus(error)));
    };
  }
  return (call: ServerUnaryCall<Call, object>, done: sendUnaryData<object>) => {
    const reply = async (): Promise<object> => (await answer(call)) as object;
    reply()
      // oxlint-disable-next-line promise/no-callback-in-promise -- it is how grpc-js is answered
      .then((value) => done(null, value))
      // oxlint-disable-next-line promise/no-callback-in-promise
      .catch((error: unknown) => done(toStatus(error)));
  };
}

let authority: Promise<{ readonly ca: Buffer; readonly chain: Buffer; readonly key: Buffer }> | undefined;

/** One for all peers of a test file, so that a peer that comes back is known. */
function certificates(): NonNullable<typeof authority> {
  return (authority ??= makeCertificates());
}

async function makeCertificates(): NonNullable<typeof authority> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const usages = ['sign', 'verify'] as const;
  const [caKeys, keys] = await Promise.all([
    crypto.subtle.generateKey(algorithm, true, usages),
    crypto.subtle.generateKey(algorithm, true, usages),
  ]);
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test authority',
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const leaf = await X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { ca: Buffer.from(ca.toString('pem')), chain: Buffer.from(leaf.toString('pem')), key: Buffer.from(key) };
}
