/** @file Errors go over the wire and come out the same, and nothing comes out of the wire that could do harm. */

import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { ERROR_CODES, SoftpostError, type ErrorCode } from '../errors.ts';
import { DETAILS_KEY, fromStatus, readable, toStatus } from './status.ts';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

function sent(code: status, details: unknown, text = ''): StatusObject {
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(typeof details === 'string' ? details : JSON.stringify(details)));
  return { code, details: text, metadata };
}

test.each(codes)('%s comes out as it went in', (code) => {
  const there = toStatus(new SoftpostError(code, 'field x is 7', { cause: new Error('secret path') }));
  expect(status[there.code]).toBe(ERROR_CODES[code].grpc);
  expect(fromStatus(there)).toMatchObject({ code, message: 'provider: field x is 7' });
});

// Mutant: the cause, or the message of an error that is not ours, goes along.
test('neither a cause nor an error that is not ours is sent', () => {
  const cause = new Error('CANARY in /srv/secret');
  const statuses = [
    toStatus(new SoftpostError('ENGINE', 'it broke', { cause })),
    toStatus(cause),
    toStatus('CANARY'),
    toStatus({ code: 'FILE_NOT_FOUND', message: 'CANARY' }),
  ];
  for (const { details, metadata } of statuses) {
    expect(`${details} ${metadata.get(DETAILS_KEY).join(' ')}`).not.toContain('CANARY');
  }
});

test('an error that only a newer provider knows is told as it is, under a code that we know', () => {
  const details = { code: 'PROMPT_ON_HOLD', message: 'a person looks at it', remedy: 'Wait a day.' };
  expect(fromStatus(sent(status.FAILED_PRECONDITION, details))).toMatchObject({
    code: 'BAD_ANSWER',
    message: expect.stringContaining('PROMPT_ON_HOLD: a person looks at it Wait a day.') as string,
  });
});

// Mutant: the code is taken without a look at the status, so that a provider can make us believe in an end of our own.
test('a code that does not belong to the status is not believed', () => {
  const details = { code: 'CANCELLED', message: 'you did it', remedy: '' };
  expect(fromStatus(sent(status.INTERNAL, details)).code).toBe('BAD_ANSWER');
  expect(fromStatus(sent(status.INTERNAL, { ...details, code: '__proto__' })).code).toBe('BAD_ANSWER');
  expect(fromStatus(sent(status.INTERNAL, { ...details, code: 'toString' })).code).toBe('BAD_ANSWER');
});

test.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['another type', { code: 5, message: {}, remedy: null }],
  ['too long', { code: 'ENGINE', message: 'x'.repeat(20_000), remedy: '' }],
])('details that are %s count for nothing', (_, details) => {
  expect(fromStatus(sent(status.PERMISSION_DENIED, details, 'no'))).toMatchObject({
    code: 'PERMISSION_DENIED',
    message: 'no',
  });
});

test('two details, of which one may be a proxy’s, count for nothing', () => {
  const two = sent(status.INTERNAL, { code: 'ENGINE', message: 'a', remedy: '' });
  two.metadata.add(DETAILS_KEY, Buffer.from('{}'));
  expect(fromStatus(two).code).toBe('BAD_ANSWER');
});

test.each([
  ['UNAVAILABLE', 'UNREACHABLE'],
  ['CANCELLED', 'CANCELLED'],
  ['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
  ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
  ['PERMISSION_DENIED', 'PERMISSION_DENIED'],
  ['UNIMPLEMENTED', 'NOT_OFFERED'],
  ['UNKNOWN', 'BAD_ANSWER'],
  ['RESOURCE_EXHAUSTED', 'TOO_MANY_REQUESTS'],
] as const)('a bare %s is %s', (name, code) => {
  expect(fromStatus({ code: status[name], details: 'x', metadata: new Metadata() }).code).toBe(code);
});

// Kills: a message that no repetition makes smaller, told as too many calls.
test.each([
  'Received message larger than max (9000000 vs 8000000)',
  'Received message that decompresses to a size larger than 8000000',
  'Attempted to send message with a size larger than 8000000',
])('a message that is too large is told as one: %s', (details) => {
  const error = fromStatus({ code: status.RESOURCE_EXHAUSTED, details, metadata: new Metadata() });
  expect(error).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining(details) as string });
});

test('what steers terminals or breaks headers is taken out of messages, and they end', () => {
  expect(readable('a\u001b[2Jb\r\nc\u202ed\ud800e')).toBe('a [2Jb  c d\ufffde');
  expect(readable('😀'.repeat(1000))).toHaveLength(1000);
  expect(() => encodeURI(readable('😀'.repeat(1000)))).not.toThrow();
});
