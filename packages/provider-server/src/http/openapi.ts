/** @file The OpenAPI document of the HTTP port, made from the schemas that requests are checked with. */

import * as z from 'zod';
import { ChatBody, CompletionBody } from './bodies.ts';

/** OpenAPI 3.1. */
export function openApiDocument(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'softpost provider',
      version,
      description:
        'The teacher with a transferred prompt, in the form of the OpenAI API. See docs/errors.md for the codes.',
    },
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: ERROR },
    },
    paths: {
      '/v1/models': { get: operation('The models of the caller: one a prompt.') },
      '/v1/completions': { post: operation('Goes on from a text.', CompletionBody) },
      '/v1/chat/completions': { post: operation('Answers a conversation, put as plain text.', ChatBody) },
      '/metrics': { get: operation('Prometheus metrics; for operators and auditors.') },
      '/healthz': { get: open('Whether the server answers.') },
      '/openapi.json': { get: open('This document.') },
    },
  };
}

const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: 'null' },
        code: { type: 'string' },
      },
    },
  },
} as const;

function operation(summary: string, body?: z.ZodType): object {
  const refusal = { description: 'Refused.', content: json({ $ref: '#/components/schemas/Error' }) };
  return {
    ...open(summary),
    security: [{ apiKey: [] }],
    ...(body && { requestBody: { required: true, content: json(z.toJSONSchema(body)) } }),
    responses: { '200': { description: 'Done.' }, default: refusal },
  };
}

function open(summary: string): object {
  return { summary, responses: { '200': { description: 'Done.' } } };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}
