/** @file Shape and dtype of every operation's outputs: one rule a kind, complete by type. */

import { SoftpostError } from '../errors.ts';
import { addDims, printDim, productOfDims, sameDim, sameShape, type Dim, type Shape } from './dim.ts';
import { describe } from './describe.ts';
import type { Tensor } from './graph.ts';
import type { DType, OpAttributes, OpKind } from './op-kind.ts';

interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

type InferRule<K extends OpKind> = (inputs: readonly Tensor[], attributes: OpAttributes[K]) => readonly TensorType[];

const inferRules: { readonly [K in OpKind]: InferRule<K> } = {
  input: (_, { dtype, shape }) => [{ dtype, shape }],
  weight: (_, { dtype, shape }) => [{ dtype, shape }],
  constant: (_, { dtype, shape }) => [{ dtype, shape }],
  size: (_, { dtype }) => [{ dtype, shape: [] }],

  add: broadcasting,
  sub: broadcasting,
  mul: broadcasting,
  div: broadcasting,

  exp: sameAsInput,
  log: sameAsInput,
  sqrt: sameAsInput,
  tanh: sameAsInput,
  sigmoid: sameAsInput,
  erf: sameAsInput,
  gelu: sameAsInput,

  gemm: ([a, b, bias], { transA, transB }) => {
    check(
      a!.shape.length === 2 && b!.shape.length === 2,
      `gemm needs matrices, got ${describe(a!)} and ${describe(b!)}`,
    );
    const [m, k] = transA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!];
    const [k2, n] = transB ? [b!.shape[1]!, b!.shape[0]!] : [b!.shape[0]!, b!.shape[1]!];
    check(
      sameDim(k, k2),
      `gemm: inner sizes differ: ${describe(a!)} (transA ${transA}) and ${describe(b!)} (transB ${transB})`,
    );
    check(!bias || sameShape(bias.shape, [n]), `gemm: bias must be [${printDim(n)}], got ${bias && describe(bias)}`);
    return [{ dtype: a!.dtype, shape: [m, n] }];
  },
  matmul: ([a, b], { transA, transB }) => {
    const batch = a!.shape.slice(0, -2);
    check(sameShape(batch, b!.shape.slice(0, -2)), `matmul: batch sizes differ: ${describe(a!)} and ${describe(b!)}`);
    const [m, k] = transA ? [a!.shape.at(-1)!, a!.shape.at(-2)!] : [a!.shape.at(-2)!, a!.shape.at(-1)!];
    const [k2, n] = transB ? [b!.shape.at(-1)!, b!.shape.at(-2)!] : [b!.shape.at(-2)!, b!.shape.at(-1)!];
    check(
      sameDim(k, k2),
      `matmul: inner sizes differ: ${describe(a!)} (transA ${transA}) and ${describe(b!)} (transB ${transB})`,
    );
    return [{ dtype: a!.dtype, shape: [...batch, m, n] }];
  },

  softmax: sameAsInput,
  logSoftmax: sameAsInput,
  logSumExp: ([x]) => [{ dtype: x!.dtype, shape: keepReduced(x!.shape, [x!.shape.length - 1]) }],
  layerNorm: ([x, gamma, beta]) => {
    const width = [x!.shape.at(-1)!];
    check(
      sameShape(gamma!.shape, width) && sameShape(beta!.shape, width),
      `layerNorm: ${describe(x!)} with gamma ${describe(gamma!)}`,
    );
    const statistic = { dtype: x!.dtype, shape: keepReduced(x!.shape, [x!.shape.length - 1]) };
    return [{ dtype: x!.dtype, shape: x!.shape }, statistic, statistic];
  },
  rmsNorm: ([x, gamma]) => {
    check(sameShape(gamma!.shape, [x!.shape.at(-1)!]), `rmsNorm: ${describe(x!)} with gamma ${describe(gamma!)}`);
    return [
      { dtype: x!.dtype, shape: x!.shape },
      { dtype: x!.dtype, shape: keepReduced(x!.shape, [x!.shape.length - 1]) },
    ];
  },

  reduceSum: ([x], { axes }) => [{ dtype: x!.dtype, shape: keepReduced(x!.shape, axes) }],
  reduceMean: ([x], { axes }) => [{ dtype: x!.dtype, shape: keepReduced(x!.shape, axes) }],

  reshape: ([x], { shape }) => {
    check(
      sameDim(productOfDims(x!.shape), productOfDims(shape)),
      `reshape: ${describe(x!)} does not fit [${shape.map(printDim).join(', ')}]`,
    );
    return [{ dtype: x!.dtype, shape }];
  },
  expand: ([x], { shape }) => {
    check(
      sameShape(broadcastShapes(x!.shape, shape), shape),
      `expand: ${describe(x!)} does not broadcast to [${shape.map(printDim).join(', ')}]`,
    );
    return [{ dtype: x!.dtype, shape }];
  },
  transpose: ([x], { perm }) => {
    check(perm.length === x!.shape.length, `transpose: ${describe(x!)} by ${perm.join(',')}`);
    return [{ dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) }];
  },
  concat: (inputs, { axis }) => {
    const first = inputs[0]!;
    for (const other of inputs)
      check(
        other.dtype === first.dtype && sameShape(other.shape.with(axis, 1), first.shape.with(axis, 1)),
        `concat: ${describe(first)} and ${describe(other)} differ beside axis ${axis}`,
      );
    const shape = [...first.shape];
    shape[axis] = inputs.map((tensor) => tensor.shape[axis]!).reduce(addDims);
    return [{ dtype: first.dtype, shape }];
  },
  split: ([x], { axis, sizes }) => {
    check(
      sameDim(sizes.reduce(addDims), x!.shape[axis]!),
      `split: sizes ${sizes.map(printDim).join(', ')} do not add up to axis ${axis} of ${describe(x!)}`,
    );
    return sizes.map((size) => ({ dtype: x!.dtype, shape: x!.shape.with(axis, size) }));
  },

  gather: ([table, ids]) => [{ dtype: table!.dtype, shape: [...ids!.shape, ...table!.shape.slice(1)] }],
  scatterAdd: ([ids, rows], { count }) => {
    check(
      sameShape(ids!.shape, rows!.shape.slice(0, 1)),
      `scatterAdd needs an id for each row, got ${describe(ids!)} and ${describe(rows!)}`,
    );
    return [{ dtype: rows!.dtype, shape: [count, ...rows!.shape.slice(1)] }];
  },
};

/** @throws ENGINE when the inputs do not fit the operation. */
export function inferShapes<K extends OpKind>(
  kind: K,
  inputs: readonly Tensor[],
  attributes: OpAttributes[K],
): readonly TensorType[] {
  return (inferRules[kind] as InferRule<K>)(inputs, attributes);
}

/** Numpy broadcasting; a size of 1 stretches. @throws ENGINE when the shapes do not agree. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis): Dim => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === 1) return right;
    check(
      right === 1 || sameDim(left, right),
      `cannot broadcast [${a.map(printDim).join(', ')}] with [${b.map(printDim).join(', ')}]`,
    );
    return left;
  });
}

function broadcasting([a, b]: readonly Tensor[]): readonly TensorType[] {
  check(a!.dtype === b!.dtype, `operands differ in dtype: ${describe(a!)} and ${describe(b!)}`);
  return [{ dtype: a!.dtype, shape: broadcastShapes(a!.shape, b!.shape) }];
}

function sameAsInput([x]: readonly Tensor[]): readonly TensorType[] {
  return [{ dtype: x!.dtype, shape: x!.shape }];
}

function keepReduced(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new SoftpostError('ENGINE', message);
}
