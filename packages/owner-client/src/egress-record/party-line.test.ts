/** @file The list of what crosses the party line against proto/, which is what is really sent. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSync, type AnyDefinition, type MessageTypeDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { expect, test } from 'vitest';
import { FIELDS, METHODS } from './party-line.ts';

/** The part of a message's description that is looked at. */
interface Message {
  readonly name: string;
  readonly field: readonly { readonly name: string; readonly typeName: string }[];
}

const proto = join(import.meta.dirname, '../../../../proto');
const files = readdirSync(join(proto, 'softpost/v1')).map((file) => `softpost/v1/${file}`);
const definitions = Object.values(loadSync(files, { includeDirs: [proto], keepCase: false }));

const isService = (definition: AnyDefinition): definition is ServiceDefinition => !('format' in definition);
const described = ({ type }: MessageTypeDefinition<object, object>): Message => type as Message;

const messages = new Map(
  definitions
    .filter((definition) => !isService(definition))
    .map(({ type }) => [(type as Message).name, type as Message]),
);
const requests = new Map(
  definitions
    .filter(isService)
    .flatMap((service) => Object.values(service))
    .map(({ path, requestType }) => [path, described(requestType)]),
);

/** A message and all that lie inside it. */
function withNested(message: Message): readonly Message[] {
  const nested = message.field.map(({ typeName }) => messages.get(typeName.split('.').at(-1)!));
  return [message, ...nested.filter((inner) => inner?.field !== undefined).flatMap((inner) => withNested(inner!))];
}

const ofOwner = Object.keys(METHODS).map((path) => requests.get(path)!);

test('every method is one of the protocol, with the message that it sends', () => {
  expect(Object.fromEntries(Object.keys(METHODS).map((path) => [path, requests.get(path)?.name]))).toEqual(METHODS);
});

// Kills: a field added to a request without a word on where its content comes from.
test('every field of every message that the owner sends is listed, and no other', () => {
  const sent = ofOwner.flatMap(withNested);
  const fields = Object.fromEntries(sent.map(({ name, field }) => [name, field.map((one) => camelCase(one.name))]));
  const listed = Object.entries(FIELDS).map(([name, origins]) => [name, Object.keys(origins)]);
  expect(Object.fromEntries(listed)).toEqual(fields);
});

test('all methods but those of operators are the owner’s', () => {
  const others = [...requests.keys()].filter((path) => !(path in METHODS));
  expect(others.filter((path) => !path.includes('.AdminService/'))).toEqual([]);
});

test('the owner’s guide has a row for every message, and no other', () => {
  const page = readFileSync(join(proto, '../docs/owner.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z]\w+)` +\| (.*?) +\|$/gm)].map(([, name, fields]) => [name, fields]);
  const listed = Object.entries(FIELDS).map(([name, origins]) => {
    const fields = Object.entries(origins).map(([field, origin]) => `${field}: ${origin}`);
    return [name, fields.join(', ') || 'none'];
  });
  expect(rows).toEqual(listed);
});

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
