/** @file Model digests: equal for equal models, different for any change, whatever the folder's form. */
import { appendFile, cp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal, temporaryFolder } from './folder.fixture.ts';
import { modelDigest, tokenizerDigest } from './model-digest.ts';
import { writeModelFolder } from './write-model-folder.ts';

const content = {
  config: { model_type: 'x' },
  tensors: { a: { shape: [2], data: Float32Array.of(1, 2) }, b: { shape: [1], data: Float32Array.of(3) } },
  extraFiles: { 'tokenizer.json': '{}', 'README.md': 'about' },
};

test('a copy and a folder of links have the digest of the original', async () => {
  const dir = await temporaryFolder();
  const original = join(dir, 'original');
  await writeModelFolder(original, content);
  const digest = await modelDigest(original);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  await cp(original, join(dir, 'copy'), { recursive: true });
  await mkdir(join(dir, 'links'));
  for (const name of await readdir(original)) {
    await rename(join(original, name), join(dir, `blob-${name}`));
    await symlink(join('..', `blob-${name}`), join(dir, 'links', name));
  }
  expect(await modelDigest(join(dir, 'copy'))).toBe(digest);
  expect(await modelDigest(join(dir, 'links'))).toBe(digest);
});

test('any file of the model changes its digest; the README does not', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  await writeModelFolder(model, { ...content, maxShardBytes: 8 });
  const digest = await modelDigest(model);
  const tokenizer = await tokenizerDigest(model);
  await appendFile(join(model, 'README.md'), '!');
  expect(await modelDigest(model)).toBe(digest);
  const seen = new Set([digest]);
  for (const name of ['config.json', 'model-00001-of-00002.safetensors', 'model.safetensors.index.json']) {
    await appendFile(join(model, name), ' ');
    seen.add(await modelDigest(model));
  }
  expect(await tokenizerDigest(model)).toBe(tokenizer);
  await appendFile(join(model, 'tokenizer.json'), ' ');
  seen.add(await modelDigest(model));
  await writeFile(join(model, 'special_tokens_map.json'), '{}');
  seen.add(await modelDigest(model));
  expect(seen.size).toBe(6);
  expect(await tokenizerDigest(model)).not.toBe(tokenizer);
});

test('a model without a tokenizer has no digest', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  await writeModelFolder(model, content);
  await rm(join(model, 'tokenizer.json'));
  await expect(modelDigest(model)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /tokenizer\.json/));
  await expect(tokenizerDigest(model)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /tokenizer\.json/));
});
