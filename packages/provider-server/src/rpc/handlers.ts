/** @file Our services as gRPC wants them: promises instead of callbacks, async iterables instead of streams, typed errors alone. */

import type {
  sendUnaryData,
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceError,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import { isSoftpostError, SoftpostError } from '@softpost/shared/errors';
import { serviceDefinition, type Method } from '@softpost/shared/rpc/definitions';
import type { ServiceName, Services } from '@softpost/shared/rpc/methods';
import { toStatus } from '@softpost/shared/rpc/status';
import { checkFields } from './check-fields.ts';
import type { Admission, CallContext, Gate } from './gate.ts';

/** What was received: a message, or why it cannot be read. */
type Received = { readonly request: object } | { readonly fault: SoftpostError };

type UnaryHandler = (request: object, context: CallContext) => Promise<object>;
type StreamHandler = (request: object, context: CallContext) => AsyncIterable<object>;
type Handlers = Readonly<Record<string, UnaryHandler & StreamHandler>>;

/** Offers the services that are given; calls of others end with UNIMPLEMENTED. */
export function addServices(server: Server, services: Partial<Services<CallContext>>, gate: Gate): void {
  for (const [service, handlers] of Object.entries(services)) {
    for (const [name, method] of Object.entries(serviceDefinition(service as ServiceName))) {
      const handler = (handlers as unknown as Handlers)[name]!;
      const handle = method.responseStream ? asStream(handler, gate) : asUnary(handler, gate);
      const definition = { ...method, requestDeserialize: reader(method) };
      server.addService({ [name]: definition }, { [name]: handle });
    }
  }
}

/** gRPC would answer INTERNAL without a word of ours. */
function reader({ requestDeserialize }: Method): (bytes: Buffer) => Received {
  return (bytes) => {
    try {
      const request = requestDeserialize(bytes);
      checkFields(request);
      return { request };
    } catch (cause) {
      const unreadable = new SoftpostError('BAD_REQUEST', 'the message is not one of this method', { cause });
      return { fault: isSoftpostError(cause) ? cause : unreadable };
    }
  };
}

function asUnary(handler: UnaryHandler, gate: Gate): UntypedHandleCall {
  const answer = async (request: Received, admission: Admission, done: sendUnaryData<object>): Promise<void> => {
    const work = run(() => handler(requestOf(request), admission));
    admission.hold(work);
    let result: object;
    try {
      // Whoever waits is told at the deadline, also by a handler that goes on for a moment.
      result = await Promise.race([work, aborted(admission.signal)]);
    } catch (error) {
      done(refusal(error, admission));
      return;
    }
    done(null, result);
  };
  return ({ metadata, request }: ServerUnaryCall<Received, object>, done: sendUnaryData<object>) =>
    void answer(request, gate.admissionOf(metadata), done);
}

function asStream(handler: StreamHandler, gate: Gate): UntypedHandleCall {
  return (call: ServerWritableStream<Received, object>) => {
    const admission = gate.admissionOf(call.metadata);
    const work = run(async () => {
      try {
        admission.signal.throwIfAborted();
        for await (const answer of handler(requestOf(call.request), admission)) {
          await write(call, answer, admission.signal);
        }
        call.end();
      } catch (error) {
        call.emit('error', refusal(error, admission));
      }
    });
    admission.hold(work);
  };
}

/** Waits until the message is on its way, so that a slow reader holds one and no more. */
function write(call: ServerWritableStream<Received, object>, answer: object, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    call.write(answer, (error: Error | null | undefined) => {
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    });
  });
}

function requestOf(received: Received): object {
  if ('fault' in received) throw received.fault;
  return received.request;
}

/** Also what throws before it gives a promise becomes one. */
async function run<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function refusal(error: unknown, { failed }: Admission): ServiceError {
  failed(error);
  return { name: 'ServiceError', message: '', ...toStatus(error) };
}
