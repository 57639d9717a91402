/** @file Every NaN and infinity among the weights is found, wherever it stands, and nothing else is. */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFiniteWeights } from './finite-weights.ts';
import { refusal, temporaryFolder } from './folder.fixture.ts';
import { openModelFolder } from './model-folder.ts';
import type { TensorData, WeightDtype } from './safetensors.ts';
import { writeModelFolder } from './write-model-folder.ts';

const DTYPES: readonly WeightDtype[] = ['F32', 'F16', 'BF16'];
/** The largest finite value and the smallest subnormal of each dtype: the neighbours of what must be refused. */
const EXTREMES = {
  F32: [3.4028234663852886e38, 1.401298464324817e-45],
  F16: [65504, 2 ** -24],
  BF16: [3.3895313892515355e38, 2 ** -133],
} as const;

test('the reference model is finite', async () => {
  const folder = await openModelFolder(join(import.meta.dirname, '../../../../models/softpost-ref-clm'));
  await expect(checkFiniteWeights(folder)).resolves.toBeUndefined();
});

// Kills the mutants that test one half-word, ignore signs, skip the tail, or take large values for infinite.
test.for(DTYPES)('%s: one bad value is found at every place, the extremes pass', async (dtype) => {
  const dir = await temporaryFolder();
  let folders = 0;
  const check = async (values: Float32Array): Promise<void> => {
    const model = join(dir, String(folders++));
    const before: TensorData = { shape: [3], data: Float32Array.of(1, 1, 1), dtype };
    const tensors: Readonly<Record<string, TensorData>> = {
      before,
      suspect: { shape: [values.length], data: values, dtype },
    };
    await writeModelFolder(model, { config: {}, tensors });
    await checkFiniteWeights(await openModelFolder(model));
  };
  const [largest, smallest] = EXTREMES[dtype];
  await check(Float32Array.of(largest, -largest, smallest, -smallest, 0, -0, 1));
  for (const length of [1, 2, 3, 4, 5]) {
    for (let place = 0; place < length; place++) {
      for (const bad of [NaN, Infinity, -Infinity]) {
        const values = new Float32Array(length).fill(-largest);
        values[place] = bad;
        await expect(check(values)).rejects.toMatchObject(
          refusal('NON_FINITE', /^softpost-\w+\/\d+: tensor "suspect" holds/),
        );
      }
    }
  }
});

test.for(DTYPES)('%s: the last value of a tensor of several chunks is seen', async (dtype) => {
  const dir = await temporaryFolder();
  const values = new Float32Array((1 << 20) + 1).fill(0.5);
  values[values.length - 1] = NaN;
  await writeModelFolder(join(dir, 'm'), {
    config: {},
    tensors: { w: { shape: [values.length], data: values, dtype } },
  });
  await expect(checkFiniteWeights(await openModelFolder(join(dir, 'm')))).rejects.toMatchObject(
    refusal('NON_FINITE', /"w"/),
  );
});

test('what stands after a short tensor is not taken for its tail', async () => {
  const dir = await temporaryFolder();
  const tensors: Readonly<Record<string, TensorData>> = {
    a: { shape: [1], data: Float32Array.of(1), dtype: 'F16' },
    b: { shape: [1], data: Float32Array.of(NaN), dtype: 'F16' },
  };
  await writeModelFolder(join(dir, 'm'), { config: {}, tensors });
  await expect(checkFiniteWeights(await openModelFolder(join(dir, 'm')))).rejects.toMatchObject(
    refusal('NON_FINITE', /"b"/),
  );
});

test('a file that is cut after it was opened is refused', async () => {
  const dir = await temporaryFolder();
  await writeModelFolder(join(dir, 'm'), {
    config: {},
    tensors: { w: { shape: [1000], data: new Float32Array(1000) } },
  });
  const folder = await openModelFolder(join(dir, 'm'));
  await truncate(join(dir, 'm', 'model.safetensors'), 1000);
  await expect(checkFiniteWeights(folder)).rejects.toMatchObject(refusal('BAD_SAFETENSORS', /truncated in tensor "w"/));
});
