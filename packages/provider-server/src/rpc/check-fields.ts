/** @file What no field of any request may hold, whatever its method: checked once, before a handler sees it. */

import { quoteName } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';

/**
 * Texts are Unicode without NUL: the reader of protobuf lets lone surrogates pass, which neither the database nor gRPC can take.
 * Whole numbers are those that were sent: above 2^53 they would be others.
 * @throws BAD_REQUEST naming the field
 */
export function checkFields(value: object, place: readonly string[] = []): void {
  for (const [name, field] of Object.entries(value)) checkField(field, [...place, name]);
}

function checkField(field: unknown, place: readonly string[]): void {
  if (typeof field === 'string' && (!field.isWellFormed() || field.includes('\0'))) throw bad(place, 'is no text');
  if (typeof field === 'number' && Number.isInteger(field) && !Number.isSafeInteger(field)) {
    throw bad(place, 'is above 2^53 - 1');
  }
  if (typeof field === 'object' && field !== null && !(field instanceof Uint8Array)) checkFields(field, place);
}

function bad(place: readonly string[], fault: string): SoftpostError {
  return new SoftpostError('BAD_REQUEST', `${place.map(quoteName).join('.')} ${fault}`);
}
