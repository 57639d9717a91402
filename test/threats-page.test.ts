/** @file docs/threats.md names files and tests that exist, and says of every threat either what shows the mitigation, or that there is none. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/threats.md'), 'utf8');
const rows = [...page.matchAll(/^\| (T\d+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, id, , built, shown]) => ({
  id: id!,
  built: built!,
  proofs: shown!.split('<br>').map((proof) => /^`(\S+\.test\.ts)`: (.+)$/.exec(proof)?.slice(1)),
}));

function find(path: string): string {
  return join(root, path.startsWith('test/') ? '.' : 'packages', path);
}

/** Whether the file has a test of this name, written as it is there. */
function hasTest(path: string, name: string): boolean {
  const text = readFileSync(find(path), 'utf8');
  return [`'${name}'`, `"${name}"`, `\`${name}\``].some((title) => text.includes(title));
}

test('every threat of the design has its row', () => {
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 19 }, (_, index) => `T${index + 1}`));
});

test('every test that a row names is there', () => {
  for (const { id, proofs } of rows)
    for (const proof of proofs) {
      const [path, name] = proof ?? ['', ''];
      expect([id, path, existsSync(find(path!)) && hasTest(path!, name!) ? name : 'missing']).toEqual([id, path, name]);
    }
});

test('every file that a row names is there', () => {
  for (const { id, built } of rows) {
    const paths = [...built.matchAll(/`([\w-]+\/[\w./-]+)`/g)].map(([, path]) => path!);
    expect([
      id,
      paths.length > 0 || built.includes('Not built'),
      paths.filter((path) => !existsSync(find(path))),
    ]).toEqual([id, true, []]);
  }
});
