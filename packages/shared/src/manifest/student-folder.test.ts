import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../artifact/digest.ts';
import { refusal, temporaryFolder } from '../artifact/folder.fixture.ts';
import { FILES } from './manifest.fixture.ts';
import { checkStudentFolder } from './student-folder.ts';

const files = FILES.map(({ name }) => ({ name, sizeBytes: name.length, digest: digestOf(name) }));

/** A folder in which every file holds its own name. */
async function folder(): Promise<string> {
  const dir = join(await temporaryFolder(), 'student');
  await mkdir(dir);
  for (const { name } of files) await writeFile(join(dir, name), name);
  return dir;
}

test('the files of the manifest, and no others, are accepted', async () => {
  await expect(checkStudentFolder(await folder(), { files })).resolves.toBeUndefined();
});

// Kills: a file that is not looked at, or one that nobody listed.
test.each<[string, (dir: string) => Promise<unknown>, RegExp]>([
  ['a missing file', (dir) => rm(join(dir, 'tokenizer.json')), /"tokenizer\.json" is missing/],
  ['one file more', (dir) => writeFile(join(dir, 'vocab.json'), ''), /"vocab\.json" is not in the manifest/],
  ['a hidden file', (dir) => writeFile(join(dir, '.x'), ''), /"\.x" is not in the manifest/],
  ['another size', (dir) => writeFile(join(dir, 'config.json'), 'x'), /"config\.json" has 1 bytes/],
  ['one bit', (dir) => writeFile(join(dir, 'config.json'), 'bonfig.json'), /"config\.json" has the digest/],
  ['a folder', (dir) => rm(join(dir, 'config.json')).then(() => mkdir(join(dir, 'config.json'))), /is no file/],
  [
    'a link to the right content',
    async (dir) => {
      await rename(join(dir, 'config.json'), join(dir, '../config.json'));
      await symlink('../config.json', join(dir, 'config.json'));
    },
    /is no file/,
  ],
])('%s is found', async (_, change, message) => {
  const dir = await folder();
  await change(dir);
  await expect(checkStudentFolder(dir, { files })).rejects.toMatchObject(refusal('BAD_MANIFEST', message));
});

test('no folder at all is told', async () => {
  const dir = join(await temporaryFolder(), 'none');
  await expect(checkStudentFolder(dir, { files })).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /none/));
});
