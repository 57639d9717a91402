import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ERROR_CODES } from '@softpost/shared/errors';
import { expect, test } from 'vitest';

test('docs/errors.md has a row for every code, with its status and remedy, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\w+) \| (.+?) \| (.+) \|$/gm)];
  const documented = rows.map(([, code, grpc, , remedy]) => ({ code, grpc, remedy }));
  expect(documented).toEqual(Object.entries(ERROR_CODES).map(([code, { grpc, remedy }]) => ({ code, grpc, remedy })));
});
