/** @file The committed reference model is the one its card describes: every file has the digest listed. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../models/softpost-ref-clm-8m/', import.meta.url);

test('every file of the reference model has the digest listed, and none is unlisted', () => {
  const lines = readFileSync(new URL('SHA256SUMS', folder), 'utf8').trimEnd().split('\n');
  const listed = Object.fromEntries(lines.map((line) => line.split('  ').toReversed() as [string, string]));
  const found = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name !== 'SHA256SUMS')
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(new URL(name, folder)))
          .digest('hex'),
      ]),
  );
  expect(found).toEqual(listed);
  expect(Object.keys(found)).toContain('model.safetensors');
});
