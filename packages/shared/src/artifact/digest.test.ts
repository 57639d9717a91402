/** @file Digests against `sha256sum`-style values that were computed elsewhere. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileDigest, filesDigest } from './digest.ts';
import { refusal, temporaryFolder } from './folder.fixture.ts';

test('digests a file, also one longer than a chunk or empty', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x');
  await writeFile(path, 'abc');
  // FIPS 180-2, appendix B.1.
  expect(await fileDigest(path)).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  for (const bytes of [0, 1 << 20, (1 << 20) + 1]) {
    const content = Buffer.alloc(bytes, 7);
    await writeFile(path, content);
    expect(await fileDigest(path)).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`);
  }
});

test('the digest of several files knows names and contents, not the order they are given in', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'a'), 'abc');
  await writeFile(join(dir, 'b'), '');
  // `sha256sum a b | sha256sum`
  const expected = createHash('sha256')
    .update('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n')
    .update('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n')
    .digest('hex');
  expect(await filesDigest(dir, ['b', 'a'])).toBe(`sha256:${expected}`);
});

test('a missing file and a folder are refused by name', async () => {
  const dir = await temporaryFolder();
  await expect(fileDigest(join(dir, 'x'))).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /x: there is no such file/));
  await expect(fileDigest(dir)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /not a file/));
});
