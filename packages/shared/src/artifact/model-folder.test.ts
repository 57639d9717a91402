/** @file Model folders: single files, shards, linked caches, and what is wrong with the ones refused. */
import { cp, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal, temporaryFolder } from './folder.fixture.ts';
import { openModelFolder } from './model-folder.ts';
import { writeSafetensors, type TensorData } from './safetensors.ts';
import { writeModelFolder } from './write-model-folder.ts';

const referenceModel = join(import.meta.dirname, '../../../../models/softpost-ref-clm');

const tensors: Readonly<Record<string, TensorData>> = {
  'h.0.w': { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
  'h.1.w': { shape: [2, 2], data: Float32Array.of(5, 6, 7, 8), dtype: 'F16' },
  wte: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6), dtype: 'BF16' },
};

const index = (weightMap: unknown): string => JSON.stringify({ metadata: { total_size: 0 }, weight_map: weightMap });

test('opens the reference model and says where each tensor lies', async () => {
  const folder = await openModelFolder(referenceModel);
  expect(folder.config).toMatchObject({ model_type: 'gpt2', n_layer: 8 });
  const stored = folder.tensor('transformer.wte.weight', [8192, 256]);
  expect(stored).toMatchObject({
    folder: await realpath(referenceModel),
    file: 'model-00001-of-00002.safetensors',
    dtype: 'f16',
  });
  expect((await folder.read('transformer.ln_f.weight')).length).toBe(256);
});

test('shards read like one file', async () => {
  const dir = await temporaryFolder();
  const one = join(dir, 'one');
  const many = join(dir, 'many');
  await writeModelFolder(one, { config: { model_type: 'x' }, tensors });
  await writeModelFolder(many, { config: { model_type: 'x' }, tensors, maxShardBytes: 1 });
  const sharded = await openModelFolder(many);
  expect(sharded.tensor('wte', [3, 2]).file).toBe('model-00003-of-00003.safetensors');
  for (const name of Object.keys(tensors)) {
    expect(await sharded.read(name)).toEqual(await (await openModelFolder(one)).read(name));
    expect(await sharded.read(name)).toEqual(tensors[name]?.data);
  }
});

test('a Hugging Face cache of links is followed to its blobs', async () => {
  const dir = await temporaryFolder();
  const snapshot = join(dir, 'snapshots', 'abc');
  await mkdir(snapshot, { recursive: true });
  await writeModelFolder(join(dir, 'blobs'), { config: {}, tensors, maxShardBytes: 1 });
  for (const name of [
    'config.json',
    'model.safetensors.index.json',
    ...[1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`),
  ]) {
    await symlink(join('../../blobs', name), join(snapshot, name));
  }
  const folder = await openModelFolder(snapshot);
  expect(folder.tensor('h.0.w', [2, 2]).folder).toBe(await realpath(join(dir, 'blobs')));
  expect(await folder.read('wte')).toEqual(tensors['wte']?.data);
});

test('weights that are links into different folders are refused, as the runtime maps from one', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  await writeModelFolder(model, { config: {}, tensors, maxShardBytes: 1 });
  const shard = 'model-00002-of-00003.safetensors';
  await cp(join(model, shard), join(dir, shard));
  await rm(join(model, shard));
  await symlink(join('..', shard), join(model, shard));
  await expect(openModelFolder(model)).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /different folders/));
});

test('a missing tensor and a wrong shape are named', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  await writeModelFolder(model, { config: {}, tensors });
  const folder = await openModelFolder(model);
  expect(() => folder.tensor('h.2.w', [2, 2])).toThrow(/model has no tensor "h\.2\.w"/);
  await expect(folder.read('h.2.w')).rejects.toMatchObject(refusal('MISSING_TENSOR', /"h\.2\.w"/));
  for (const shape of [[2, 3], [3], [3, 2, 1], []]) {
    const find = async (): Promise<unknown> => folder.tensor('wte', shape);
    await expect(find()).rejects.toMatchObject(
      refusal('WRONG_SHAPE', new RegExp(`"wte" is \\[3, 2\\], expected \\[${shape.join(', ')}\\]`)),
    );
  }
});

test('integer buffers of old checkpoints are passed over, but are no weights', async () => {
  const dir = await temporaryFolder();
  const header = '{"mask":{"dtype":"BOOL","shape":[8],"data_offsets":[0,8]}}';
  const length = Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]);
  await writeFile(join(dir, 'model.safetensors'), Buffer.concat([length, Buffer.from(header), Buffer.alloc(8)]));
  await writeFile(join(dir, 'config.json'), '{}');
  const folder = await openModelFolder(dir);
  expect(folder.tensors.size).toBe(0);
  await expect(folder.read('mask')).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /"mask" is BOOL/));
  expect(() => folder.tensor('mask', [8])).toThrow(/"mask" is BOOL/);
});

test('a bad config.json is named', async () => {
  const dir = await temporaryFolder();
  await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /config\.json/));
  for (const text of ['', '{', '[]', 'null', '"x"', '{"a":NaN}', '\u00ff'.repeat(3)]) {
    await writeFile(join(dir, 'config.json'), text, 'latin1');
    await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('BAD_MODEL_CONFIG', /config\.json/));
  }
  await writeFile(join(dir, 'config.json'), Buffer.alloc((16 << 20) + 1, ' '));
  await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('BAD_MODEL_CONFIG', /at most 16777216/));
});

test('a folder without safetensors weights is told so', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'config.json'), '{}');
  await writeFile(join(dir, 'pytorch_model.bin'), '');
  await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /neither model\.safetensors nor/));
});

// Kills the mutant without the name pattern: it opens the file outside the folder and succeeds.
test('an index cannot point out of its folder', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  await mkdir(model);
  await writeSafetensors(join(dir, 'secret.safetensors'), { w: { shape: [1], data: Float32Array.of(1) } }, {});
  await writeFile(join(model, 'config.json'), '{}');
  for (const name of [
    '../secret.safetensors',
    join(dir, 'secret.safetensors'),
    'x/../../secret.safetensors',
    '..\\secret.safetensors',
    '..',
    '',
    'config.json',
    'a\0.safetensors',
  ]) {
    await writeFile(join(model, 'model.safetensors.index.json'), index({ w: name }));
    await expect(openModelFolder(model)).rejects.toMatchObject(
      refusal('BAD_SAFETENSORS', /index\.json: "weight_map": "w": not the plain name/),
    );
  }
});

test('an index that does not agree with its shards is refused', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'model.safetensors.index.json');
  await writeFile(join(dir, 'config.json'), '{}');
  await writeSafetensors(join(dir, 'a.safetensors'), { w: { shape: [1], data: Float32Array.of(1) } }, {});
  await writeSafetensors(join(dir, 'b.safetensors'), {}, {});
  await writeFile(path, index({ w: 'a.safetensors', v: 'a.safetensors' }));
  await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('MISSING_TENSOR', /a\.safetensors.*"v"/));
  await writeFile(path, index({ w: 'b.safetensors', v: 'a.safetensors' }));
  await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('MISSING_TENSOR', /"w"/));
  await writeFile(path, index({ w: 'c.safetensors' }));
  await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /c\.safetensors/));
  for (const text of ['{}', '[]', '{', index([]), index({ w: 1 })]) {
    await writeFile(path, text);
    await expect(openModelFolder(dir)).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /index\.json/));
  }
});
