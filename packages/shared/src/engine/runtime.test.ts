import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { encodeOnnxModel, type OnnxInitializer, type OnnxModel } from './onnx-model.ts';
import { createSession, type Feed, type Session, type SessionOptions } from './runtime.ts';

// TypeScript declares this global only together with the whole DOM.
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
};

const WEIGHT = Float32Array.of(1, 2, 3, 4, 5, 6);
const BIAS: OnnxInitializer = {
  name: 'b',
  dtype: 'f32',
  shape: [2],
  data: new Uint8Array(Float32Array.of(10, 20).buffer),
};

/** y[rows, 2] = x[rows, 3] w[3, 2] + b[2] */
function gemm(rows: number | string, data: OnnxInitializer['data'] = new Uint8Array(WEIGHT.buffer)): OnnxModel {
  return {
    inputs: [{ name: 'x', dtype: 'f32', shape: [rows, 3] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: [rows, 2] }],
    nodes: [{ opType: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['y'] }],
    initializers: [{ name: 'w', dtype: 'f32', shape: [3, 2], data }, BIAS],
  };
}

async function open(model: OnnxModel, options?: SessionOptions): Promise<Session> {
  const session = await createSession(encodeOnnxModel(model), options);
  onTestFinished(() => session.dispose());
  return session;
}

async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'softpost-runtime-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const row: Feed = { data: Float32Array.of(1, 1, 1), dims: [1, 3] };

test('runs a Gemm with its weights inside the model', async () => {
  const session = await open(gemm(1));
  expect(await session.run({ x: row })).toEqual({ y: { data: Float32Array.of(19, 32), dims: [1, 2] } });
});

test('one session with a symbolic dimension runs two shapes', async () => {
  const session = await open(gemm('rows'));
  expect(await session.run({ x: row })).toEqual({ y: { data: Float32Array.of(19, 32), dims: [1, 2] } });
  const two = { data: Float32Array.of(1, 0, 0, 0, 0, 1), dims: [2, 3] };
  expect(await session.run({ x: two })).toEqual({ y: { data: Float32Array.of(11, 22, 15, 26), dims: [2, 2] } });
});

test('an empty batch gives an empty output', async () => {
  const session = await open(gemm('rows'));
  expect(await session.run({ x: { data: new Float32Array(0), dims: [0, 3] } })).toEqual({
    y: { data: new Float32Array(0), dims: [0, 2] },
  });
});

test.each([false, true])('reads weights in place from a file at an unaligned offset (prepack %s)', async (prepack) => {
  const folder = await temporaryFolder();
  const offset = 4099;
  await writeFile(
    join(folder, 'model.safetensors'),
    Buffer.concat([Buffer.alloc(offset, 0xff), Buffer.from(WEIGHT.buffer)]),
  );
  const session = await open(gemm(1, { file: 'model.safetensors', offset, length: 24 }), {
    weightsFolder: folder,
    prepack,
  });
  expect((await session.run({ x: row })).y?.data).toEqual(Float32Array.of(19, 32));
});

test('reads weights that a Hugging Face cache links to, by their real folder', async () => {
  const cache = await temporaryFolder();
  await mkdir(join(cache, 'blobs'));
  await mkdir(join(cache, 'snapshots', 'main'), { recursive: true });
  await writeFile(join(cache, 'blobs', '0f1e'), Buffer.from(WEIGHT.buffer));
  const link = join(cache, 'snapshots', 'main', 'model.safetensors');
  await symlink('../../blobs/0f1e', link);

  const session = await open(gemm(1, { file: '0f1e', offset: 0, length: 24 }), {
    weightsFolder: dirname(await realpath(link)),
  });
  expect((await session.run({ x: row })).y?.data).toEqual(Float32Array.of(19, 32));
});

test('weights beyond the end of the file are an error', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.safetensors'), Buffer.from(WEIGHT.buffer));
  const model = encodeOnnxModel(gemm(1, { file: 'model.safetensors', offset: 8, length: 24 }));
  await expect(createSession(model, { weightsFolder: folder })).rejects.toMatchObject({ code: 'ENGINE' });
});

test.each([true, false])('casts bf16 weights (constant folding %s)', async (constantFolding) => {
  const halves = Uint16Array.from(new Uint32Array(WEIGHT.buffer), (bits) => bits >>> 16);
  const session = await open(
    {
      inputs: [{ name: 'x', dtype: 'f32', shape: [1, 3] }],
      outputs: [{ name: 'y', dtype: 'f32', shape: [1, 2] }],
      nodes: [
        { opType: 'Cast', inputs: ['w'], outputs: ['wide'], attributes: { to: { int: 1 } } },
        { opType: 'Gemm', inputs: ['x', 'wide'], outputs: ['y'] },
      ],
      initializers: [{ name: 'w', dtype: 'bf16', shape: [3, 2], data: new Uint8Array(halves.buffer) }],
    },
    { constantFolding },
  );
  expect((await session.run({ x: row })).y?.data).toEqual(Float32Array.of(9, 12));
});

test('bf16 weights in a file take no memory at load unless they are folded', async () => {
  const folder = await temporaryFolder();
  const size = 4096;
  const length = size * size * 2;
  await writeFile(join(folder, 'model.safetensors'), '');
  await truncate(join(folder, 'model.safetensors'), length);
  const model: OnnxModel = {
    inputs: [{ name: 'x', dtype: 'f32', shape: [1, size] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: [1, size] }],
    nodes: [
      { opType: 'Cast', inputs: ['w'], outputs: ['wide'], attributes: { to: { int: 1 } } },
      { opType: 'Gemm', inputs: ['x', 'wide'], outputs: ['y'] },
    ],
    initializers: [
      { name: 'w', dtype: 'bf16', shape: [size, size], data: { file: 'model.safetensors', offset: 0, length } },
    ],
  };
  const start = process.memoryUsage.rss();
  await open(model, { weightsFolder: folder, constantFolding: false });
  const unfolded = process.memoryUsage.rss();
  await open(model, { weightsFolder: folder });
  const folded = process.memoryUsage.rss();
  expect(unfolded - start).toBeLessThan(length / 2);
  expect(folded - unfolded).toBeGreaterThan(length);
});

test('attributes of every kind reach the operator', async () => {
  const session = await open({
    inputs: [{ name: 'x', dtype: 'f32', shape: [1, 2] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: [2, 1] }],
    nodes: [
      {
        opType: 'FusedMatMul',
        domain: 'com.microsoft',
        inputs: ['x', 'x'],
        outputs: ['square'],
        attributes: { transB: { int: 1 }, alpha: { float: -0.5 } },
      },
      { opType: 'Mul', inputs: ['x', 'square'], outputs: ['scaled'] },
      { opType: 'Gelu', inputs: ['scaled'], outputs: ['gated'], attributes: { approximate: { string: 'tanh' } } },
      { opType: 'LogSoftmax', inputs: ['gated'], outputs: ['log'], attributes: { axis: { int: -1 } } },
      { opType: 'Transpose', inputs: ['log'], outputs: ['y'], attributes: { perm: { ints: [1, 0] } } },
    ],
    initializers: [],
  });
  const { y } = await session.run({ x: { data: Float32Array.of(1, -1), dims: [1, 2] } });
  // x.x / -2 = -1, so Gelu sees (-1, 1) = (-0.158808, 0.841192), whose log-softmax is this.
  expect([...(y?.data ?? [])]).toEqual([expect.closeTo(-1.313262, 5), expect.closeTo(-0.313262, 5)]);
  expect(y?.dims).toEqual([2, 1]);
});

test('feeds and output buffers may be views of one WebAssembly.Memory', async () => {
  const { buffer } = new WebAssembly.Memory({ initial: 1 });
  const x = new Float32Array(buffer, 16, 3).fill(1);
  const y = new Float32Array(buffer, 64, 2);
  const session = await open(gemm('rows'));
  const outputs = await session.run({ x: { data: x, dims: [1, 3] } }, { y: { data: y, dims: [1, 2] } });
  expect(outputs.y?.data).toBe(y);
  expect([...new Float32Array(buffer, 60, 4)]).toEqual([0, 19, 32, 0]);
});

test('some outputs are written into given arrays, the others are fresh', async () => {
  const session = await open({
    inputs: [{ name: 'x', dtype: 'i64', shape: [2] }],
    outputs: [
      { name: 'sum', dtype: 'i64', shape: [2] },
      { name: 'wide', dtype: 'f64', shape: [2] },
      { name: 'narrow', dtype: 'i32', shape: [2] },
    ],
    nodes: [
      { opType: 'Add', inputs: ['x', 'x'], outputs: ['sum'] },
      { opType: 'Cast', inputs: ['sum'], outputs: ['wide'], attributes: { to: { int: 11 } } },
      { opType: 'Cast', inputs: ['sum'], outputs: ['narrow'], attributes: { to: { int: 6 } } },
    ],
    initializers: [],
  });
  const wide = new Float64Array(2);
  const outputs = await session.run(
    { x: { data: BigInt64Array.of(3n, -4n), dims: [2] } },
    { wide: { data: wide, dims: [2] } },
  );
  expect(outputs.wide?.data).toBe(wide);
  expect(outputs).toEqual({
    sum: { data: BigInt64Array.of(6n, -8n), dims: [2] },
    wide: { data: Float64Array.of(6, -8), dims: [2] },
    narrow: { data: Int32Array.of(6, -8), dims: [2] },
  });
});

test.each<[string, Readonly<Record<string, Feed>>, Readonly<Record<string, Feed>>, string]>([
  [
    'too few elements',
    { x: { data: new Float32Array(2), dims: [1, 3] } },
    {},
    "input 'x' holds 2 elements, but its shape [1, 3] asks for 3",
  ],
  ['a missing input', {}, {}, "input 'x' is missing"],
  ['an unknown input', { x: row, z: row }, {}, "no input 'z'"],
  ['an unknown output', { x: row }, { z: row }, "no output 'z'"],
  ['a too small output', { x: row }, { y: { data: new Float32Array(1), dims: [1, 2] } }, "output 'y' holds 1 elements"],
  ['an output of another shape', { x: row }, { y: { data: new Float32Array(4), dims: [2, 2] } }, 'failed to run'],
  ['an input of another type', { x: { data: new Int32Array(3), dims: [1, 3] } }, {}, 'failed to run'],
  ['an output of another type', { x: row }, { y: { data: new Int32Array(2), dims: [1, 2] } }, 'failed to run'],
])('refuses %s', async (_, feeds, into, message) => {
  const session = await open(gemm('rows'));
  await expect(session.run(feeds, into)).rejects.toMatchObject({
    code: 'ENGINE',
    message: expect.stringContaining(message) as unknown,
  });
});

test('a disposed session does not run', async () => {
  const session = await createSession(encodeOnnxModel(gemm(1)));
  await session.dispose();
  await expect(session.run({ x: row })).rejects.toMatchObject({ code: 'ENGINE' });
});

test('a provider this machine lacks is an error, a bad model another', async () => {
  await expect(createSession(encodeOnnxModel(gemm(1)), { provider: 'cuda' })).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
  });
  await expect(createSession(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'ENGINE' });
});
