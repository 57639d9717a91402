import { expect, test } from 'vitest';
import { z } from 'zod';
import { link, linkFault, NO_ENTRY, readBody } from './chain.ts';

test('an entry is accepted at its place and nowhere else', () => {
  const first = link(NO_ENTRY, 'a');
  const second = link(first, 'b');
  expect(linkFault(NO_ENTRY, first, 'a')).toBeUndefined();
  expect(linkFault(first, second, 'b')).toBeUndefined();
  expect(linkFault(NO_ENTRY, second, 'b')).toBe('is missing');
  expect(linkFault(first, { ...second, previous: NO_ENTRY.hash }, 'b')).toMatch(/was changed/);
  expect(linkFault(first, second, 'c')).toMatch(/was changed/);
});

// Kills: parts joined without a border, so that two entries share a hash.
test('where one part ends and the next begins counts', () => {
  expect(link(NO_ENTRY, 'ab', 'c').hash).not.toBe(link(NO_ENTRY, 'a', 'bc').hash);
});

test('a body is read if it is JSON of the form asked for', () => {
  const schema = z.strictObject({ n: z.number() });
  expect(readBody('{"n":1}', schema)).toEqual({ n: 1 });
  expect(readBody('{"n":1,"m":2}', schema)).toBeUndefined();
  expect(readBody('{', schema)).toBeUndefined();
});
