/** @file Model folders as written: the files a Hugging Face folder has, or none. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal, temporaryFolder } from './folder.fixture.ts';
import { readSafetensorsHeader, type TensorData } from './safetensors.ts';
import { writeModelFolder } from './write-model-folder.ts';

const ones = (length: number): TensorData => ({ shape: [length], data: new Float32Array(length).fill(1) });

test('writes config, weights marked for PyTorch, and extra files', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  const config = { model_type: 'gpt2', n_layer: 2 };
  await writeModelFolder(model, { config, tensors: { w: ones(3) }, extraFiles: { 'tokenizer.json': '{}' } });
  expect((await readdir(model)).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  expect(JSON.parse(await readFile(join(model, 'config.json'), 'utf8'))).toEqual(config);
  expect((await readSafetensorsHeader(join(model, 'model.safetensors'))).metadata.get('format')).toBe('pt');
});

test('shards keep under the limit, but for a tensor that is larger itself', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  const tensors = { a: ones(2), b: ones(2), c: ones(9), d: ones(1) };
  await writeModelFolder(model, { config: {}, tensors, maxShardBytes: 16 });
  expect(JSON.parse(await readFile(join(model, 'model.safetensors.index.json'), 'utf8'))).toEqual({
    metadata: { total_size: 56 },
    weight_map: {
      a: 'model-00001-of-00003.safetensors',
      b: 'model-00001-of-00003.safetensors',
      c: 'model-00002-of-00003.safetensors',
      d: 'model-00003-of-00003.safetensors',
    },
  });
});

test('a fault leaves no folder, and an old folder is kept', async () => {
  const dir = await temporaryFolder();
  const model = join(dir, 'model');
  const bad: TensorData = { shape: [2], data: Float32Array.of(1) };
  await expect(writeModelFolder(model, { config: {}, tensors: { w: ones(1), bad } })).rejects.toMatchObject(
    refusal('WRONG_SHAPE', /"bad"/),
  );
  for (const name of ['../x', 'a/b', 'config.json', 'x.safetensors']) {
    const content = { config: {}, tensors: {}, extraFiles: { [name]: '' } };
    await expect(writeModelFolder(model, content)).rejects.toMatchObject(refusal('BAD_OPTION', /extra file/));
  }
  expect(await readdir(dir)).toEqual([]);
  await writeModelFolder(model, { config: { old: true }, tensors: {} });
  await expect(writeModelFolder(model, { config: {}, tensors: {} })).rejects.toMatchObject(
    refusal('FILE_EXISTS', /model/),
  );
  expect(await readFile(join(model, 'config.json'), 'utf8')).toContain('old');
});
