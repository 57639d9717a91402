/** @file Canonical JSON (RFC 8785, JCS): one text for one value, so that a signature can be made over a value. */

import { SoftpostError } from '../errors.ts';

/**
 * RFC 8785, section 3.2: no white space, keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 * @throws SoftpostError BAD_RECEIPT for what has no canonical form: numbers that are not finite, strings that are not Unicode,
 * and values that are no JSON, `undefined` among them
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? JSON.stringify(value) : refuse(`the number ${value}`);
  }
  if (typeof value === 'string') {
    return value.isWellFormed() ? JSON.stringify(value) : refuse('a string that is not valid Unicode');
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') return refuse(`a value of type ${typeof value}`);
  // `<` compares strings by UTF-16 code units.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`).join(',')}}`;
}

function refuse(what: string): never {
  throw new SoftpostError('BAD_RECEIPT', `${what} has no canonical JSON form`);
}
