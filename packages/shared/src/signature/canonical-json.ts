/** @file Canonical JSON (RFC 8785, JCS): one text for one value, so that a signature can be made over a value. */

import { SoftpostError, type ErrorCode } from '../errors.ts';

/**
 * RFC 8785, section 3.2: no white space, keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 * @param code for a value that a stranger made; one of our own is our own fault
 * @throws SoftpostError `code` for what has no canonical form: numbers that are not finite, strings that are not Unicode,
 * and values that are no JSON, `undefined` among them
 */
export function canonicalJson(value: unknown, code: ErrorCode = 'ENGINE'): string {
  const refuse = (what: string): never => {
    throw new SoftpostError(code, `${what} has no canonical JSON form`);
  };
  const write = (part: unknown): string => {
    if (part === null || typeof part === 'boolean') return String(part);
    if (typeof part === 'number') return Number.isFinite(part) ? JSON.stringify(part) : refuse(`the number ${part}`);
    if (typeof part === 'string') {
      return part.isWellFormed() ? JSON.stringify(part) : refuse('a string that is not valid Unicode');
    }
    if (Array.isArray(part)) return `[${part.map(write).join(',')}]`;
    if (typeof part !== 'object') return refuse(`a value of type ${typeof part}`);
    // `<` compares strings by UTF-16 code units.
    const members = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${write(key)}:${write(member)}`).join(',')}}`;
  };
  return write(value);
}
