/** @file The operations as functions on tensors: what models, losses and gradient rules are written in. */

import { sameShape, type Dim, type Shape } from './dim.ts';
import { isKind, type Tensor } from './graph.ts';

type Operand = Tensor | number;

export const add = (a: Tensor, b: Operand): Tensor => (b === 0 ? a : binary('add', a, b));
export const sub = (a: Tensor, b: Operand): Tensor => (b === 0 ? a : binary('sub', a, b));
export const mul = (a: Tensor, b: Operand): Tensor =>
  b === 1 || isOne(b) ? a : isOne(a) && typeof b !== 'number' ? b : binary('mul', a, b);
export const div = (a: Tensor, b: Operand): Tensor => (b === 1 ? a : binary('div', a, b));

export const exp = (x: Tensor): Tensor => x.graph.apply('exp', [x], {})[0]!;
export const log = (x: Tensor): Tensor => x.graph.apply('log', [x], {})[0]!;
export const sqrt = (x: Tensor): Tensor => x.graph.apply('sqrt', [x], {})[0]!;
export const tanh = (x: Tensor): Tensor => x.graph.apply('tanh', [x], {})[0]!;
export const sigmoid = (x: Tensor): Tensor => x.graph.apply('sigmoid', [x], {})[0]!;
export const erf = (x: Tensor): Tensor => x.graph.apply('erf', [x], {})[0]!;
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));
export const gelu = (x: Tensor, approximate: 'none' | 'tanh'): Tensor =>
  x.graph.apply('gelu', [x], { approximate })[0]!;

interface Product {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
}

/** alpha a b + bias, for matrices. */
export function gemm(
  a: Tensor,
  b: Tensor,
  { transA = false, transB = false, alpha = 1, bias }: Product & { readonly bias?: Tensor | undefined } = {},
): Tensor {
  return a.graph.apply('gemm', bias ? [a, b, bias] : [a, b], { transA, transB, alpha })[0]!;
}

/** alpha a b for stacks of matrices with equal batch dimensions. */
export function matmul(a: Tensor, b: Tensor, { transA = false, transB = false, alpha = 1 }: Product = {}): Tensor {
  return a.graph.apply('matmul', [a, b], { transA, transB, alpha })[0]!;
}

export const softmax = (x: Tensor): Tensor => x.graph.apply('softmax', [x], {})[0]!;
export const logSoftmax = (x: Tensor): Tensor => x.graph.apply('logSoftmax', [x], {})[0]!;
export const logSumExp = (x: Tensor): Tensor => x.graph.apply('logSumExp', [x], {})[0]!;

export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  return x.graph.apply('layerNorm', [x, gamma, beta], { epsilon })[0]!;
}

export function rmsNorm(x: Tensor, gamma: Tensor, epsilon: number): Tensor {
  return x.graph.apply('rmsNorm', [x, gamma], { epsilon })[0]!;
}

/** Sum over axes, which stay as size 1; negative axes count from the end. */
export function reduceSum(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis)): Tensor {
  const counted = fromStart(x, axes).filter((axis) => x.shape[axis] !== 1);
  return counted.length === 0 ? x : x.graph.apply('reduceSum', [x], { axes: counted })[0]!;
}

export function reduceMean(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis)): Tensor {
  return x.graph.apply('reduceMean', [x], { axes: fromStart(x, axes) })[0]!;
}

export function reshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : x.graph.apply('reshape', [x], { shape })[0]!;
}

/** Broadcasts to a shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : x.graph.apply('expand', [x], { shape })[0]!;
}

export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return x.graph.apply('transpose', [x], { perm })[0]!;
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1 ? parts[0]! : parts[0]!.graph.apply('concat', parts, { axis })[0]!;
}

export function split(x: Tensor, axis: number, sizes: Shape): readonly Tensor[] {
  return sizes.length === 1 ? [x] : x.graph.apply('split', [x], { axis, sizes });
}

/** Rows of a table; ids of shape [...] give [..., row]. */
export function gather(table: Tensor, ids: Tensor): Tensor {
  return table.graph.apply('gather', [table, ids], {})[0]!;
}

/** [count, D] of zeros with every row added at its id. */
export function scatterAdd(ids: Tensor, rows: Tensor, count: Dim): Tensor {
  return rows.graph.apply('scatterAdd', [ids, rows], { count })[0]!;
}

export function zerosLike(x: Tensor): Tensor {
  return expand(x.graph.constant(0, x.dtype), x.shape);
}

function binary(kind: 'add' | 'sub' | 'mul' | 'div', a: Tensor, b: Operand): Tensor {
  const right = typeof b === 'number' ? a.graph.constant(b, a.dtype) : b;
  return a.graph.apply(kind, [withoutExpand(a, right), withoutExpand(right, a)], {})[0]!;
}

/** An expanded operand beside one of full shape need not be copied out: the operation broadcasts by itself. */
function withoutExpand(operand: Tensor, other: Tensor): Tensor {
  return isKind(operand.node, 'expand') && sameShape(operand.shape, other.shape) && !isKind(other.node, 'expand')
    ? operand.node.inputs[0]!
    : operand;
}

function isOne(x: Operand): boolean {
  return (
    typeof x !== 'number' && isKind(x.node, 'constant') && x.shape.length === 0 && x.node.attributes.values[0] === 1
  );
}

function fromStart(x: Tensor, axes: readonly number[]): readonly number[] {
  return axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)).sort((a, b) => a - b);
}
