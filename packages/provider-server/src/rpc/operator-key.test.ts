/** @file The operator's first key on a real database: which starts make one, and which leave all as it is. */

import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { beforeEach, expect, test, vi } from 'vitest';
import { formatApiKey, matchesHash, newSecret, parseApiKey } from '../auth/api-key.ts';
import { findApiKey, revokeApiKey } from '../store/api-keys.ts';
import { emptyTables, testDatabase } from '../store/database.fixture.ts';
import { ensureOperatorKey } from './operator-key.ts';

const database = testDatabase('embedded');
const warn = vi.fn<() => void>();
let dir: string;
let file: string;

beforeEach(async () => {
  await emptyTables(database());
  warn.mockClear();
  dir = await temporaryFolder();
  file = join(dir, 'operator-key');
});

const ensure = () => ensureOperatorKey(database().db, file, { warn });

/** The id of the key in the file, which the database must know. */
async function idInFile(): Promise<string> {
  const { id, secret } = parseApiKey((await readFile(file, 'utf8')).trim())!;
  const known = await findApiKey(database().db, id);
  expect(known).toMatchObject({ role: 'operator' });
  expect(await matchesHash(secret, known!.secretHash)).toBe(true);
  return id;
}

test('a key is made once', async () => {
  await ensure();
  const id = await idInFile();
  await ensure();
  expect([await idInFile(), await readdir(dir)]).toEqual([id, ['operator-key']]);
  expect(warn).not.toHaveBeenCalled();
});

// Kills: an operator who is locked out by a file that another database, or a start that was cut off, has left.
test.each([
  ['of another database', formatApiKey({ id: randomUUID(), secret: newSecret() })],
  ['that is no key', ''],
])('a file %s is moved aside, kept for its owner, and told of', async (_, content) => {
  await writeFile(file, content, { mode: 0o600 });
  await ensure();
  await idInFile();
  const aside = join(dir, `operator-key.${parseApiKey(content)?.id ?? 'unreadable'}`);
  expect([await readFile(aside, 'utf8'), (await stat(aside)).mode & 0o777]).toEqual([content, 0o600]);
  expect(warn).toHaveBeenCalledExactlyOnceWith({ aside }, expect.stringContaining('moved aside'));
});

test('a key that was revoked is not replaced', async () => {
  await ensure();
  const { id } = parseApiKey((await readFile(file, 'utf8')).trim())!;
  await revokeApiKey(database().db, id);
  await ensure();
  expect(await readdir(dir)).toEqual(['operator-key']);
  expect(await readFile(file, 'utf8')).toContain(id);
});
