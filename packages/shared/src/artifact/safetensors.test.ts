/** @file safetensors files against the published format, byte by byte, and against files that the reference library wrote. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusal, temporaryFolder } from './folder.fixture.ts';
import { readSafetensorsHeader, readTensor, writeSafetensors, type TensorData } from './safetensors.ts';

const repository = join(import.meta.dirname, '../../../..');

test('writes the bytes that the format prescribes', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x.safetensors');
  const tensors = {
    half: { shape: [3], data: Float32Array.of(1, -2, 0.5), dtype: 'F16' },
    full: { shape: [1, 1], data: Float32Array.of(1) },
  } as const;
  await writeSafetensors(path, tensors, { format: 'pt' });
  const json =
    '{"__metadata__":{"format":"pt"},"full":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},' +
    '"half":{"dtype":"F16","shape":[3],"data_offsets":[4,10]}}';
  const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
  const expected = Buffer.concat([
    Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from(padded),
    Buffer.from([0, 0, 0x80, 0x3f, 0, 0x3c, 0, 0xc0, 0, 0x38]),
  ]);
  expect((await readFile(path)).equals(expected)).toBe(true);
});

test('reads back what it wrote, names of all kinds and empty tensors too', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x.safetensors');
  const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', '0', 'a"b\n'));
  const tensor = fc
    .record({ shape: fc.array(fc.nat(4), { maxLength: 3 }), dtype: fc.constantFrom('F32', 'F16', 'BF16', undefined) })
    .chain(({ shape, dtype }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      // Small integers are exact in all three dtypes.
      return fc
        .array(fc.integer({ min: -128, max: 128 }), { minLength: length, maxLength: length })
        .map((values): TensorData => ({ shape, data: Float32Array.from(values), ...(dtype && { dtype }) }));
    });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 5 }),
      async (entries) => {
        await writeSafetensors(path, Object.fromEntries(entries), {});
        const file = await readSafetensorsHeader(path);
        expect(file.tensors.size).toBe(entries.length);
        for (const [key, { shape, data }] of entries) {
          expect(file.tensors.get(key)?.shape).toEqual(shape);
          expect(await readTensor(file, key)).toEqual(data);
        }
      },
    ),
    { numRuns: 100, interruptAfterTimeLimit: 10_000 },
  );
});

test('the bytes do not depend on the order the tensors are given in', async () => {
  const dir = await temporaryFolder();
  const a: TensorData = { shape: [1], data: Float32Array.of(1), dtype: 'BF16' };
  const b: TensorData = { shape: [1], data: Float32Array.of(2) };
  const c: TensorData = { shape: [1], data: Float32Array.of(3), dtype: 'F16' };
  await writeSafetensors(join(dir, '1'), { a, b, c }, {});
  await writeSafetensors(join(dir, '2'), { c, b, a }, {});
  expect(await readFile(join(dir, '1'))).toEqual(await readFile(join(dir, '2')));
});

test('reads a file that the reference library wrote', async () => {
  const file = await readSafetensorsHeader(
    join(repository, 'models/softpost-ref-clm/model-00001-of-00002.safetensors'),
  );
  expect(file.metadata.get('format')).toBe('pt');
  const embedding = file.tensors.get('transformer.wte.weight');
  expect(embedding).toMatchObject({ dtype: 'F16', shape: [8192, 256], length: 8192 * 256 * 2 });
  const values = await readTensor(file, 'transformer.wte.weight');
  const norm = Math.hypot(...values.subarray(0, 256));
  expect(norm).toBeGreaterThan(0.1);
  expect(norm).toBeLessThan(100);
});

test('a missing tensor is named with its file', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'm', 'x.safetensors');
  await writeSafetensors(path, {}, {});
  await expect(readTensor(await readSafetensorsHeader(path), 'wte')).rejects.toMatchObject(
    refusal('MISSING_TENSOR', /^m\/x\.safetensors.*"wte"/),
  );
});

test('integers are seen in the header but refused as weights', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x.safetensors');
  const header = '{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}';
  await writeFile(
    path,
    Buffer.concat([Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(header), Buffer.alloc(8)]),
  );
  const file = await readSafetensorsHeader(path);
  expect(file.tensors.get('ids')?.dtype).toBe('I64');
  await expect(readTensor(file, 'ids')).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /"ids" is I64/));
});

test('a file that is cut after its header was read is refused', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x.safetensors');
  await writeSafetensors(path, { w: { shape: [2], data: Float32Array.of(1, 2) } }, {});
  const file = await readSafetensorsHeader(path);
  await writeFile(path, (await readFile(path)).subarray(0, -1));
  await expect(readTensor(file, 'w')).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /truncated in tensor "w"/));
});

test('what cannot be written leaves no file', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x.safetensors');
  const write = (tensor: TensorData, name = 'w'): Promise<void> => writeSafetensors(path, { [name]: tensor }, {});
  await expect(write({ shape: [3], data: Float32Array.of(1) })).rejects.toMatchObject(
    refusal('WRONG_SHAPE', /"w" of shape \[3\] was given 1/),
  );
  await expect(write({ shape: [-1, -1], data: Float32Array.of(1) })).rejects.toMatchObject(
    refusal('WRONG_SHAPE', /"w"/),
  );
  await expect(write({ shape: [1], data: Float32Array.of(70_000), dtype: 'F16' })).rejects.toMatchObject(
    refusal('NON_FINITE', /70000 does not fit in F16/),
  );
  await expect(write({ shape: [1], data: Float32Array.of(1) }, '__metadata__')).rejects.toMatchObject(
    refusal('BAD_SAFETENSORS', /__metadata__/),
  );
  expect(await readdir(dir)).toEqual([]);
});

test('infinity given on purpose is written as it is', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'x.safetensors');
  const data = Float32Array.of(Infinity, -Infinity, NaN);
  await writeSafetensors(path, { w: { shape: [3], data, dtype: 'BF16' } }, {});
  expect(await readTensor(await readSafetensorsHeader(path), 'w')).toEqual(data);
});
