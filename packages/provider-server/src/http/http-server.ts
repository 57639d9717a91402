/** @file The HTTP port: the OpenAI API in front of the teachers, metrics, health, and the description of all that. */

import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SoftpostError } from '@softpost/shared/errors';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import manifest from '../../package.json' with { type: 'json' };
import type { Serving } from '../serve/serving.ts';
import { createAdmission, type AdmissionOptions } from './admission.ts';
import { chatForm, completionForm } from './answers.ts';
import { ChatBody, CompletionBody, parseBody } from './bodies.ts';
import { CHAT_STOP, chatText } from './chat-text.ts';
import { complete, parseModel } from './complete.ts';
import { errorBody, toHttpError } from './http-error.ts';
import type { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';

export interface HttpOptions extends AdmissionOptions {
  readonly serving: Serving;
  readonly metrics: Metrics;
  /** A tenant's prompts. */
  readonly listPrompts: (
    tenantId: string,
  ) => Promise<readonly { readonly id: string; readonly teacherId: string; readonly createdAt: Date }[]>;
  /** @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. @default plain HTTP, for loopback or behind a proxy that ends TLS */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
}

export interface HttpServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Takes no more requests, waits so many milliseconds for those that run, and cuts the rest off: readers that stopped, too. */
  close(graceMs: number): Promise<void>;
}

const LIMITS = { bodyLimit: 1 << 20, requestTimeout: 30_000, connectionTimeout: 300_000, keepAliveTimeout: 60_000 };
/** What is full or away for a moment is worth another try then. */
const RETRY_SECONDS = 1;
/** Completions, where the caller does not say; OpenAI's. */
const COMPLETION_TOKENS = 16;

/** @throws CANNOT_LISTEN */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', port, tls } = options;
  const app = createApp(options);
  await app.listen({ host, port }).catch((cause: unknown) => {
    throw new SoftpostError('CANNOT_LISTEN', `cannot listen for HTTP on ${host}:${port}`, { cause });
  });
  const address = app.server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `${tls ? 'https' : 'http'}://${name}:${address.port}`, close: (graceMs) => close(app, graceMs) };
}

async function close(app: FastifyInstance, graceMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  await app.close();
  clearTimeout(timer);
}

function createApp({ serving, metrics, listPrompts, tls, ...admission }: HttpOptions): FastifyInstance {
  const app = (
    tls
      ? fastify({ ...LIMITS, https: { cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' } })
      : fastify(LIMITS)
  ) as FastifyInstance;

  const { admit, callerOf } = createAdmission(admission);
  const admitted = { onRequest: admit };
  /** @throws PERMISSION_DENIED */
  const owner = (request: FastifyRequest): string => {
    const { tenantId, role } = callerOf(request);
    if (role !== 'owner' || tenantId === null)
      throw new SoftpostError('PERMISSION_DENIED', 'this is for owners of prompts');
    return tenantId;
  };

  const models = async (request: FastifyRequest): Promise<object> => {
    const prompts = await listPrompts(owner(request));
    return {
      object: 'list',
      data: prompts.map(({ id, teacherId, createdAt }) => ({
        id: `${teacherId}+${id}`,
        object: 'model',
        created: Math.floor(createdAt.getTime() / 1000),
        owned_by: 'you',
      })),
    };
  };

  app.setErrorHandler((reason, _request, reply: FastifyReply) => {
    const { status, body } = toHttpError(reason);
    if (status === 429 || status === 503) reply.header('retry-after', RETRY_SECONDS);
    return reply.status(status).send(body);
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.status(404).send(errorBody(404, 'UNKNOWN_ID', 'there is no such path')),
  );
  app.addHook('onResponse', async ({ routeOptions }, { statusCode, elapsedTime }) =>
    metrics.countRequest(routeOptions.url ?? 'other', statusCode, elapsedTime / 1000),
  );

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/openapi.json', async () => openApiDocument(manifest.version));
  app.get('/metrics', admitted, async (request, reply) => {
    const { role } = callerOf(request);
    if (role === 'owner') throw new SoftpostError('PERMISSION_DENIED', 'metrics are for operators and auditors');
    return reply.type(metrics.contentType).send(await metrics.text());
  });

  app.get('/v1/models', admitted, (request) => models(request));
  app.post('/v1/completions', admitted, async (request, reply) => {
    const tenantId = owner(request);
    const body = parseBody(CompletionBody, request.body);
    const call = {
      ...writingOf(body),
      ...parseModel(body.model),
      tenantId,
      text: [body.prompt].flat().join(''),
      maxTokens: body.max_tokens ?? COMPLETION_TOKENS,
    };
    return complete(serving, reply, call, completionForm(headOf('cmpl', body.model)), body);
  });
  app.post('/v1/chat/completions', admitted, async (request, reply) => {
    const tenantId = owner(request);
    const body = parseBody(ChatBody, request.body);
    const writing = writingOf(body);
    const call = {
      ...writing,
      ...parseModel(body.model),
      tenantId,
      text: chatText(body.messages),
      stop: [...writing.stop, CHAT_STOP],
      maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    };
    return complete(serving, reply, call, chatForm(headOf('chatcmpl', body.model)), body);
  });
  return app;
}

interface Sampling {
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  readonly seed?: number | null | undefined;
}

function writingOf({ temperature, top_p, stop, seed }: Sampling) {
  return {
    temperature: temperature ?? 1,
    topP: top_p ?? 1,
    stop: [stop ?? []].flat(),
    seed: seed ?? undefined,
  };
}

function headOf(kind: string, model: string) {
  return { id: `${kind}-${randomUUID()}`, model, created: Math.floor(Date.now() / 1000) };
}
