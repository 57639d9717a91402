/** @file The vector-Jacobian product of every operation: one rule a kind, complete by type. */

import { productOfDims, sameDim, type Shape } from './dim.ts';
import type { Node, Tensor } from './graph.ts';
import type { OpKind } from './op-kind.ts';
import {
  add,
  concat,
  div,
  erf,
  exp,
  expand,
  gather,
  gemm,
  matmul,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  scatterAdd,
  sigmoid,
  softmax,
  split,
  sub,
  transpose,
  zerosLike,
} from './ops.ts';

/** Gradients of a node's outputs (undefined = no path to the loss), and which inputs want theirs. */
interface GradientContext<K extends OpKind> {
  readonly node: Node<K>;
  readonly dy: readonly (Tensor | undefined)[];
  /** Gradient of the first output: set for every node with one output. */
  readonly dy0: Tensor;
  readonly wants: readonly boolean[];
}

/** Gradients of the inputs, in order; only those wanted are read. */
type GradientRule<K extends OpKind> = (context: GradientContext<K>) => readonly (Tensor | undefined)[];

export const gradientRules: { readonly [K in OpKind]: GradientRule<K> } = {
  input: () => [],
  weight: () => [],
  constant: () => [],
  size: () => [],

  add: ({ node, dy0 }) => node.inputs.map((input) => sumTo(dy0, input.shape)),
  sub: ({ node, dy0, wants }) => [
    sumTo(dy0, node.inputs[0]!.shape),
    wants[1] ? sumTo(mul(dy0, -1), node.inputs[1]!.shape) : undefined,
  ],
  mul: ({ node, dy0, wants }) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    return [wants[0] ? sumTo(mul(dy0, b), a.shape) : undefined, wants[1] ? sumTo(mul(dy0, a), b.shape) : undefined];
  },
  div: ({ node, dy0, wants }) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const da = div(dy0, b);
    return [sumTo(da, a.shape), wants[1] ? sumTo(mul(mul(da, node.outputs[0]!), -1), b.shape) : undefined];
  },

  exp: ({ node, dy0 }) => [mul(dy0, node.outputs[0]!)],
  log: ({ node, dy0 }) => [div(dy0, node.inputs[0]!)],
  sqrt: ({ node, dy0 }) => [div(mul(dy0, 0.5), node.outputs[0]!)],
  // d tanh = 1 - y^2
  tanh: ({ node, dy0 }) => [sub(dy0, mul(dy0, mul(node.outputs[0]!, node.outputs[0]!)))],
  // d sigmoid = y (1 - y)
  sigmoid: ({ node, dy0 }) => {
    const dyTimesY = mul(dy0, node.outputs[0]!);
    return [sub(dyTimesY, mul(dyTimesY, node.outputs[0]!))];
  },
  // d erf = 2/sqrt(pi) exp(-x^2)
  erf: ({ node, dy0 }) => {
    const x = node.inputs[0]!;
    return [mul(dy0, mul(exp(mul(mul(x, x), -1)), 2 / Math.sqrt(Math.PI)))];
  },
  gelu: ({ node, dy0 }) => {
    const x = node.inputs[0]!;
    return [
      mul(dy0, node.attributes.approximate === 'tanh' ? geluTanhDerivative(x, node.outputs[0]!) : geluDerivative(x)),
    ];
  },

  gemm: ({ node, dy0, wants }) => {
    const { transA, transB, alpha } = node.attributes;
    const [a, b] = node.inputs as [Tensor, Tensor];
    return [
      wants[0]
        ? transA
          ? gemm(b, dy0, { transA: transB, transB: true, alpha })
          : gemm(dy0, b, { transB: !transB, alpha })
        : undefined,
      wants[1]
        ? transB
          ? gemm(dy0, a, { transA: true, transB: transA, alpha })
          : gemm(a, dy0, { transA: !transA, alpha })
        : undefined,
      wants[2] ? reshape(reduceSum(dy0, [0]), [dy0.shape[1]!]) : undefined,
    ];
  },
  matmul: ({ node, dy0, wants }) => {
    const { transA, transB, alpha } = node.attributes;
    const [a, b] = node.inputs as [Tensor, Tensor];
    return [
      wants[0]
        ? transA
          ? matmul(b, dy0, { transA: transB, transB: true, alpha })
          : matmul(dy0, b, { transB: !transB, alpha })
        : undefined,
      wants[1]
        ? transB
          ? matmul(dy0, a, { transA: true, transB: transA, alpha })
          : matmul(a, dy0, { transA: !transA, alpha })
        : undefined,
    ];
  },

  // dx = y (dy - sum(dy y))
  softmax: ({ node, dy0 }) => {
    const y = node.outputs[0]!;
    const weighted = mul(dy0, y);
    return [sub(weighted, mul(y, reduceSum(weighted, [-1])))];
  },
  // dx = dy - exp(y) sum(dy)
  logSoftmax: ({ node, dy0 }) => [sub(dy0, mul(exp(node.outputs[0]!), reduceSum(dy0, [-1])))],
  logSumExp: ({ node, dy0 }) => [mul(softmax(node.inputs[0]!), dy0)],
  layerNorm: ({ node, dy0, wants }) => {
    const [x, gamma] = node.inputs as [Tensor, Tensor];
    const [, mean, inverseDeviation] = node.outputs as [Tensor, Tensor, Tensor];
    const normal = mul(sub(x, mean), inverseDeviation);
    return [
      wants[0] ? normGradient(mul(dy0, gamma), normal, inverseDeviation, true) : undefined,
      wants[1] ? sumRows(mul(dy0, normal)) : undefined,
      wants[2] ? sumRows(dy0) : undefined,
    ];
  },
  rmsNorm: ({ node, dy0, wants }) => {
    const [x, gamma] = node.inputs as [Tensor, Tensor];
    const inverseRms = node.outputs[1]!;
    const normal = mul(x, inverseRms);
    return [
      wants[0] ? normGradient(mul(dy0, gamma), normal, inverseRms, false) : undefined,
      wants[1] ? sumRows(mul(dy0, normal)) : undefined,
    ];
  },

  reduceSum: ({ node, dy0 }) => [expand(dy0, node.inputs[0]!.shape)],
  reduceMean: ({ node, dy0 }) => {
    const x = node.inputs[0]!;
    const mean = node.attributes.axes.reduce(
      (gradient, axis) => div(gradient, x.graph.apply('size', [], { dim: x.shape[axis]!, dtype: x.dtype })[0]!),
      dy0,
    );
    return [expand(mean, x.shape)];
  },

  reshape: ({ node, dy0 }) => [reshape(dy0, node.inputs[0]!.shape)],
  expand: ({ node, dy0 }) => [sumTo(dy0, node.inputs[0]!.shape)],
  transpose: ({ node, dy0 }) => [transpose(dy0, inversePermutation(node.attributes.perm))],
  concat: ({ node, dy0 }) => {
    const { axis } = node.attributes;
    return split(
      dy0,
      axis,
      node.inputs.map((input) => input.shape[axis]!),
    );
  },
  split: ({ node, dy }) => [
    concat(
      dy.map((gradient, piece) => gradient ?? zerosLike(node.outputs[piece]!)),
      node.attributes.axis,
    ),
  ],

  gather: ({ node, dy0 }) => {
    const [table, ids] = node.inputs as [Tensor, Tensor];
    const count = productOfDims(ids.shape);
    const rows = reshape(dy0, [count, ...table.shape.slice(1)]);
    return [scatterAdd(reshape(ids, [count]), rows, table.shape[0]!), undefined];
  },
  scatterAdd: ({ node, dy0 }) => [undefined, gather(dy0, node.inputs[0]!)],
};

/** Sums a gradient down to the shape that was broadcast. */
function sumTo(gradient: Tensor, shape: Shape): Tensor {
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((dim, axis) =>
    axis < extra || !sameDim(dim, shape[axis - extra]!) ? [axis] : [],
  );
  return reshape(reduceSum(gradient, axes), shape);
}

/** Gradient of y = normal gamma w.r.t. x: r (g - mean(g) - normal mean(g normal)), without mean(g) when nothing was centred. */
function normGradient(g: Tensor, normal: Tensor, inverse: Tensor, centred: boolean): Tensor {
  const along = mul(normal, reduceMean(mul(g, normal), [-1]));
  const rest = centred ? sub(g, reduceMean(g, [-1])) : g;
  return mul(sub(rest, along), inverse);
}

function sumRows(x: Tensor): Tensor {
  const leading = x.shape.slice(0, -1).map((_, axis) => axis);
  return reshape(reduceSum(x, leading), [x.shape.at(-1)!]);
}

/** d/dx x Phi(x) = Phi(x) + x phi(x) */
function geluDerivative(x: Tensor): Tensor {
  const phi = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  const cdf = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  return add(cdf, mul(x, phi));
}

/** For y = x s, s = sigmoid(x w), w = 2 k0 + 2 k1 x^2: dy = s + (y - y s)(3 w - 4 k0). Recomputing s is cheaper than keeping it. */
function geluTanhDerivative(x: Tensor, y: Tensor): Tensor {
  const k0 = Math.sqrt(2 / Math.PI);
  const w = add(mul(mul(x, x), 2 * k0 * 0.044715), 2 * k0);
  const s = sigmoid(mul(x, w));
  return add(s, mul(sub(y, mul(y, s)), sub(mul(w, 3), 4 * k0)));
}

function inversePermutation(perm: readonly number[]): readonly number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}
