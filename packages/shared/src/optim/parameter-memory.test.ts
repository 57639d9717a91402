import { expect, test } from 'vitest';
import { encodeOnnxModel } from '../engine/onnx-model.ts';
import { createSession } from '../engine/runtime.ts';
import { adamW } from './adamw.ts';
import { allocateParameters } from './parameter-memory.ts';

const shapes = new Map([
  ['embedding', [5, 3]],
  ['norm', [3]],
  ['weight', [3, 7]],
  ['bias', [7]],
]);

test('parameters that decay come first and frozen ones are apart', () => {
  const memory = allocateParameters(shapes, { isFrozen: (name) => name === 'embedding' });
  expect(memory.layout).toEqual(['weight[3,7]', 'norm[3]', 'bias[7]']);
  expect(memory.decayed).toBe(21);
  expect(memory.parameters.length).toBe(31);
  memory.parameter('embedding').fill(9);
  memory.parameter('norm').fill(1);
  memory.gradient('bias').fill(2);
  expect([...memory.parameters]).toEqual([...new Float32Array(21), 1, 1, 1, ...new Float32Array(7)]);
  expect([...memory.gradients]).toEqual([...new Float32Array(24), ...new Float32Array(7).fill(2)]);
  expect(memory.parameter('embedding')).toEqual(new Float32Array(15).fill(9));
});

test('no two arrays overlap', () => {
  const memory = allocateParameters(shapes, { isFrozen: (name) => name === 'norm', examples: 3 });
  const { m, v } = memory.initAdamW();
  const { gradients, sum, noise } = memory.lot;
  const arrays = [memory.parameters, memory.parameter('norm'), memory.gradients, m, v, gradients, sum, noise];
  expect(arrays.map(({ length }) => length)).toEqual([43, 3, 43, 43, 43, 129, 43, 43]);
  for (const [i, array] of arrays.entries()) array.fill(i + 1);
  for (const [i, array] of arrays.entries()) expect(new Set(array)).toEqual(new Set([i + 1]));
});

test('the runtime reads parameters and writes gradients in place, and one optimiser step updates them', async () => {
  const memory = allocateParameters(
    new Map([
      ['skipped', [3]],
      ['w', [2, 3]],
    ]),
  );
  memory.parameter('w').set([1, 2, 3, 4, 5, 6]);
  const double = encodeOnnxModel({
    inputs: [{ name: 'w', dtype: 'f32', shape: [2, 3] }],
    outputs: [{ name: 'dw', dtype: 'f32', shape: [2, 3] }],
    nodes: [{ opType: 'Add', inputs: ['w', 'w'], outputs: ['dw'] }],
    initializers: [],
  });
  const session = await createSession(double);
  const dims = [2, 3];
  await session.run({ w: { data: memory.parameter('w'), dims } }, { dw: { data: memory.gradient('w'), dims } });
  await session.dispose();
  expect([...memory.gradients]).toEqual([2, 4, 6, 8, 10, 12, 0, 0, 0]);

  const options = { learningRate: 0.1, weightDecay: 0.1, decayed: memory.decayed };
  const plain = adamW(options);
  const expected = plain.update(memory.gradients, plain.init(memory.parameters), memory.parameters);
  const state = adamW({ ...options, kernels: memory.kernels }).updateInPlace(
    memory.gradients,
    memory.initAdamW(),
    memory.parameters,
  );
  expect({ parameters: memory.parameters, state }).toEqual(expected);
});

test('an unknown parameter and the gradient of a frozen one are errors', () => {
  const memory = allocateParameters(shapes, { isFrozen: (name) => name === 'norm' });
  expect(() => memory.parameter('other')).toThrow("There is no parameter 'other'.");
  expect(() => memory.gradient('norm')).toThrow("There is no trained parameter 'norm'.");
});

test('more than four gigabytes are refused with what would be needed', () => {
  expect(() => allocateParameters(new Map([['w', [30_000, 10_000]]]))).toThrow(
    'Training 300000000 parameters needs 4.47 GiB, but one memory holds 4 GiB',
  );
});
