/** @file Every operation's gradient against central differences in float64. */
import { expect, test } from 'vitest';
import { symbol, multiplyDims, evaluateShape, type Shape } from './dim.ts';
import { gradients } from './gradient.ts';
import { Graph, type Tensor } from './graph.ts';
import * as ops from './ops.ts';
import { loadProgram, lowerProgram } from './program.ts';

type Build = (graph: Graph, ...inputs: Tensor[]) => Tensor;

const B = symbol('B');
const L = symbol('L');
const bindings = { B: 2, L: 3 };

/** Numbers in (-1, 1), away from zero, the same in every run. */
function numbers(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => {
    const x = Math.sin((index + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    const unit = (x - Math.floor(x)) * 2 - 1;
    return unit + Math.sign(unit) * 0.1;
  });
}

/** Relative L2 distance between the built gradient and fourth-order central differences for all inputs. */
async function gradientError(shapes: readonly Shape[], build: Build, { shift = 0, step = 1e-5 } = {}): Promise<number> {
  const graph = new Graph();
  const inputs = shapes.map((shape, index) => graph.input(`x${index}`, shape, 'f64'));
  const output = build(graph, ...inputs);
  const weights = graph.input('cotangent', output.shape, 'f64');
  const loss = ops.reduceSum(ops.mul(output, weights));
  const outputs = Object.fromEntries([
    ['loss', loss],
    ...gradients(loss, inputs).map((gradient, index): [string, Tensor] => [`d${index}`, gradient]),
  ]);
  const program = await loadProgram(lowerProgram(outputs), { threads: 1 });
  const feeds: Record<string, Float64Array> = { cotangent: numbers(size(output.shape), 9) };
  shapes.forEach((shape, index) => (feeds[`x${index}`] = numbers(size(shape), index + 1).map((x) => x + shift)));
  const built = await program.run(bindings, feeds);
  let difference = 0;
  let norm = 0;
  for (const [index, shape] of shapes.entries()) {
    const x = feeds[`x${index}`]!;
    for (let i = 0; i < size(shape); i++) {
      const at = async (h: number): Promise<number> =>
        Number((await program.run(bindings, { ...feeds, [`x${index}`]: x.with(i, x[i]! + h) }))['loss']![0]);
      const numeric =
        (8 * ((await at(step)) - (await at(-step))) - (await at(2 * step)) + (await at(-2 * step))) / (12 * step);
      difference += (numeric - Number(built[`d${index}`]![i])) ** 2;
      norm += numeric ** 2;
    }
  }
  await program.dispose();
  return Math.sqrt(difference / norm);
}

function size(shape: Shape): number {
  return evaluateShape(shape, bindings).reduce((a, b) => a * b, 1);
}

const unary: Record<string, [Build, number?]> = {
  exp: [(_, x) => ops.exp(x)],
  log: [(_, x) => ops.log(x), 3],
  sqrt: [(_, x) => ops.sqrt(x), 3],
  tanh: [(_, x) => ops.tanh(x)],
  sigmoid: [(_, x) => ops.sigmoid(x)],
  silu: [(_, x) => ops.silu(x)],
  'gelu tanh': [(_, x) => ops.gelu(x, 'tanh')],
  softmax: [(_, x) => ops.softmax(x)],
  logSoftmax: [(_, x) => ops.logSoftmax(x)],
  logSumExp: [(_, x) => ops.logSumExp(x)],
  'reduceSum of one axis': [(_, x) => ops.reduceSum(x, [0])],
  'reduceMean of a symbolic axis': [(_, x) => ops.mul(ops.reduceMean(x, [0]), x)],
  reshape: [(_, x) => ops.mul(ops.reshape(x, [2, 2, B, L]), ops.reshape(x, [2, 2, B, L]))],
  transpose: [(_, x) => ops.exp(ops.transpose(x, [1, 0]))],
  expand: [(_, x) => ops.exp(ops.expand(ops.reshape(x, [1, multiplyDims(B, L), 4]), [B, multiplyDims(B, L), 4]))],
  'split, one piece unused': [(_, x) => ops.exp(ops.split(x, 1, [1, 3])[1]!)],
  'a tensor used twice': [(_, x) => ops.mul(x, ops.exp(x))],
};

for (const [name, [build, shift]] of Object.entries(unary)) {
  test(`gradient of ${name}`, async () => {
    expect(await gradientError([[multiplyDims(B, L), 4]], build, { shift: shift ?? 0 })).toBeLessThan(1e-8);
  });
}

// ONNX Runtime computes erf in float32 only: a wider step, and the PyTorch fixtures check the last digits.
for (const [name, build] of Object.entries<Build>({
  erf: (_, x) => ops.erf(x),
  'gelu exact': (_, x) => ops.gelu(x, 'none'),
})) {
  test(`gradient of ${name}`, async () => {
    expect(await gradientError([[multiplyDims(B, L), 4]], build, { step: 0.02 })).toBeLessThan(1e-5);
  });
}

const several: Record<string, [readonly Shape[], Build, number?]> = {
  'add, broadcast': [
    [
      [B, 1, 4],
      [L, 4],
    ],
    (_, a, b) => ops.exp(ops.add(a, b)),
  ],
  'sub, broadcast': [[[4], [L, 4]], (_, a, b) => ops.exp(ops.sub(a, b))],
  'mul, broadcast': [
    [
      [L, 1],
      [B, 1, 4],
    ],
    (_, a, b) => ops.mul(a, b),
  ],
  'div, broadcast': [
    [
      [L, 4],
      [B, 1, 4],
    ],
    (_, a, b) => ops.div(a, b),
    2,
  ],
  layerNorm: [[[L, 5], [5], [5]], (_, x, g, b) => ops.layerNorm(x, g, b, 1e-5)],
  rmsNorm: [[[L, 5], [5]], (_, x, g) => ops.rmsNorm(x, g, 1e-6)],
  concat: [
    [
      [B, 2],
      [B, 3],
    ],
    (_, a, b) => ops.exp(ops.concat([a, b], 1)),
  ],
  gather: [[[5, 2]], (graph, table) => ops.exp(ops.gather(table, constantIds(graph, [4, 0, 4])))],
  scatterAdd: [[[3, 2]], (graph, rows) => ops.exp(ops.scatterAdd(constantIds(graph, [1, 3, 1]), rows, 5))],
};

function constantIds(graph: Graph, values: readonly number[]): Tensor {
  return graph.apply('constant', [], { values, shape: [values.length], dtype: 'i32' })[0]!;
}

for (const transA of [false, true]) {
  for (const transB of [false, true]) {
    const a: Shape = transA ? [4, L] : [L, 4];
    const b: Shape = transB ? [5, 4] : [4, 5];
    several[`gemm ${transA} ${transB}`] = [
      [a, b, [5]],
      (_, x, y, bias) => ops.exp(ops.gemm(x, y, { transA, transB, alpha: 0.5, bias })),
    ];
    several[`matmul ${transA} ${transB}`] = [
      [
        [B, 2, ...a],
        [B, 2, ...b],
      ],
      (_, x, y) => ops.exp(ops.matmul(x, y, { transA, transB, alpha: 0.5 })),
    ];
  }
}

for (const [name, [shapes, build, shift]] of Object.entries(several)) {
  test(`gradient of ${name}`, async () => {
    expect(await gradientError(shapes, build, { shift: shift ?? 0 })).toBeLessThan(1e-8);
  });
}
