/**
 * @file Nothing that is sent is written down: every field of every message, every header, and every error holds a canary, and no sink
 * has one of them, as text, in hexadecimal or in base64.
 */

import { methodAt, methodPaths, packageDefinition } from '@softpost/shared/rpc/definitions';
import type { MethodPath } from '@softpost/shared/rpc/methods';
import { SoftpostError } from '@softpost/shared/errors';
import { expect, test, vi } from 'vitest';
import { rawCall } from './raw-call.fixture.ts';
import { servicesThat, startTestServer } from './server.fixture.ts';

const CANARY = 'CANARY-7f3a9-SECRET';
const FORMS = [
  CANARY,
  Buffer.from(CANARY).toString('hex'),
  ...[0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + CANARY)
      .toString('base64')
      .slice(4, 24),
  ),
];

interface Field {
  readonly name: string;
  readonly type: string;
  readonly typeName: string;
  readonly label: string;
}

/** A message of a type with the canary in all its texts and bytes. */
function filled(type: { readonly field: readonly Field[] }): Record<string, unknown> {
  return Object.fromEntries(
    type.field.map((field) => {
      const value = valueOf(field);
      return [field.name, field.label === 'LABEL_REPEATED' ? [value] : value];
    }),
  );
}

function valueOf({ type, typeName }: Field): unknown {
  if (type === 'TYPE_STRING') return CANARY;
  if (type === 'TYPE_BYTES') return Buffer.from(CANARY);
  if (type !== 'TYPE_MESSAGE') return undefined;
  const definition = packageDefinition[`softpost.v1.${typeName.split('.').at(-1)}`];
  return filled((definition as unknown as { readonly type: { readonly field: readonly Field[] } }).type);
}

function requestOf(path: MethodPath): Uint8Array {
  const method = methodAt(path);
  return method.requestSerialize(filled((method.requestType as { type: { field: readonly Field[] } }).type));
}

const behaviours: Readonly<Record<string, (request: object) => Promise<object>>> = {
  answer: async (request) => request,
  'typed error': async (request) => {
    throw new SoftpostError('BAD_REQUEST', JSON.stringify(request), { cause: new Error(JSON.stringify(request)) });
  },
  'fault of ours': async (request) => {
    throw new SoftpostError('ENGINE', JSON.stringify(request), { cause: new Error(JSON.stringify(request)) });
  },
  'unexpected error': async (request) => {
    throw new TypeError(`x\n    at ${JSON.stringify(request)} (/x.ts:1:1)\n    at x`);
  },
  'unexpected error of another name and message': async (request) => {
    const error = new TypeError(`x\n    at ${JSON.stringify(request)} (/x.ts:1:1)`);
    throw Object.assign(error, { name: JSON.stringify(request), message: JSON.stringify(request) });
  },
};

// Mutants: the log has the message of an error, its stack as it is, the headers, or the request.
test.each(Object.keys(behaviours))('whatever the handler does: %s', async (name) => {
  const printed: string[] = [];
  const keep = (text: unknown): boolean => printed.push(String(text)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  const handler = vi.fn<(request: object) => Promise<object>>(behaviours[name]);
  const server = await startTestServer({
    services: servicesThat(handler),
  });
  const headers = { 'x-canary': CANARY, 'x-canary-bin': Buffer.from(CANARY) };
  const keys = [await server.newKey('owner'), await server.newKey('operator')];
  const asked: string[] = [];
  for (const path of methodPaths()) {
    const request = requestOf(path);
    if (Buffer.from(request).includes(CANARY)) asked.push(path);
    for (const key of [...keys, `spk_${CANARY}`, CANARY]) await rawCall(server, path, request, { key, headers });
    await rawCall(server, path, Buffer.from(`\u00ff${CANARY}`), { key: keys[0]!, headers });
  }
  vi.restoreAllMocks();
  expect(asked).toHaveLength(23);
  expect(JSON.stringify(handler.mock.calls).includes(CANARY)).toBe(true);
  expect(server.log.length).toBe(methodPaths().length * 5);
  const sinks = JSON.stringify(server.log) + printed.join('');
  expect(FORMS.filter((form) => sinks.includes(form))).toEqual([]);
});
