/** @file The committed reference models are those their cards describe: every file has the digest listed. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const models = new URL('../models/', import.meta.url);

test.for(readdirSync(models))('every file of %s has the digest listed, and none is unlisted', (name) => {
  const folder = new URL(`${name}/`, models);
  const lines = readFileSync(new URL('SHA256SUMS', folder), 'utf8').trimEnd().split('\n');
  const listed = Object.fromEntries(lines.map((line) => line.split('  ').toReversed() as [string, string]));
  const found = Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file !== 'SHA256SUMS')
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(new URL(file, folder)))
          .digest('hex'),
      ]),
  );
  expect(found).toEqual(listed);
  expect(Object.keys(found)).toContain('config.json');
});
