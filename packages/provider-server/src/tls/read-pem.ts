/** @file The PEM files that an operator names, for both ports. */

import { readText } from '@softpost/shared/artifact/read-file';

const LIMITS = { maxBytes: 1 << 20, code: 'BAD_CONFIG' } as const;

/** @throws FILE_NOT_FOUND, BAD_CONFIG */
export function readPem(file: string): Promise<string> {
  return readText(file, LIMITS);
}
