/** @file How every operation is written in ONNX: one rule a kind, complete by type. */

import type { Node } from './graph.ts';
import type { OnnxEmitter } from './onnx-emitter.ts';
import type { DType, OpKind } from './op-kind.ts';

/** Names of the node's inputs -> names of its outputs; `to` takes ONNX nodes. */
type LoweringRule<K extends OpKind> = (to: OnnxEmitter, node: Node<K>, inputs: readonly string[]) => readonly string[];

const MICROSOFT = 'com.microsoft';

export const loweringRules: { readonly [K in OpKind]: LoweringRule<K> } = {
  input: (to, { attributes }) => [to.input(attributes)],
  weight: (to, { attributes }) => [to.weight(attributes)],
  constant: (to, { attributes: { values, shape, dtype } }) => [to.literal(values, shape, dtype)],
  size: (to, { attributes: { dim, dtype } }) => {
    const scalar = to.emit('Squeeze', [to.dimension(dim)]);
    return to.emit('Cast', scalar, { to: { int: dtype === 'f64' ? 11 : 1 } });
  },

  add: (to, _, inputs) => to.emit('Add', inputs),
  sub: (to, _, inputs) => to.emit('Sub', inputs),
  mul: (to, _, inputs) => to.emit('Mul', inputs),
  div: (to, _, inputs) => to.emit('Div', inputs),

  exp: (to, _, inputs) => to.emit('Exp', inputs),
  log: (to, _, inputs) => to.emit('Log', inputs),
  sqrt: (to, _, inputs) => to.emit('Sqrt', inputs),
  tanh: (to, _, inputs) => to.emit('Tanh', inputs),
  sigmoid: (to, _, inputs) => to.emit('Sigmoid', inputs),
  erf: (to, { inputs: [x] }, inputs) => erf(to, inputs[0]!, x!.dtype),
  gelu: (to, { attributes: { approximate }, inputs: [x] }, inputs) => {
    if (approximate === 'none' && x!.dtype === 'f64') return exactGelu(to, inputs[0]!);
    return approximate === 'tanh' && x!.dtype === 'f32'
      ? to.emit('FastGelu', inputs, {}, { domain: MICROSOFT })
      : to.emit('Gelu', inputs, { approximate: { string: approximate } });
  },

  gemm: (to, { attributes: { transA, transB, alpha } }, inputs) =>
    to.emit('Gemm', inputs, {
      transA: { int: Number(transA) },
      transB: { int: Number(transB) },
      alpha: { float: alpha },
    }),
  matmul: (to, { attributes: { transA, transB, alpha }, inputs: [a, b] }, [left, right]) => {
    if (a!.dtype === 'f32')
      return to.emit(
        'FusedMatMul',
        [left!, right!],
        { transA: { int: Number(transA) }, transB: { int: Number(transB) }, alpha: { float: alpha } },
        { domain: MICROSOFT },
      );
    // FusedMatMul knows f32 only.
    const product = to.emit('MatMul', [
      transA ? swapLast(to, left!, a!.shape.length) : left!,
      transB ? swapLast(to, right!, b!.shape.length) : right!,
    ]);
    return to.emit('Mul', [product[0]!, to.literal([alpha], [], a!.dtype)]);
  },

  softmax: (to, _, inputs) => to.emit('Softmax', inputs, { axis: { int: -1 } }),
  logSoftmax: (to, _, inputs) => to.emit('LogSoftmax', inputs, { axis: { int: -1 } }),
  // max(x) - log(max(softmax(x))): the softmax is shared with the gradient, and ONNX Runtime's ReduceLogSumExp is slow.
  logSumExp: (to, _, inputs) => {
    const last = to.integers([-1]);
    const [peak] = to.emit('ReduceMax', [inputs[0]!, last]);
    const [probability] = to.emit('ReduceMax', [to.emit('Softmax', inputs, { axis: { int: -1 } })[0]!, last]);
    return to.emit('Sub', [peak!, to.emit('Log', [probability!])[0]!]);
  },
  layerNorm: (to, { attributes: { epsilon }, inputs: [x] }, inputs) =>
    x!.dtype === 'f32'
      ? to.emit('LayerNormalization', inputs, { axis: { int: -1 }, epsilon: { float: epsilon } }, { outputs: 3 })
      : wideLayerNorm(to, inputs, epsilon),
  rmsNorm: (to, { attributes: { epsilon }, inputs: [x] }, inputs) =>
    x!.dtype === 'f32'
      ? to.emit(
          'SimplifiedLayerNormalization',
          inputs,
          { axis: { int: -1 }, epsilon: { float: epsilon } },
          { outputs: 2 },
        )
      : wideRmsNorm(to, inputs[0]!, inputs[1]!, epsilon),

  reduceSum: (to, { attributes }, [x]) => to.emit('ReduceSum', [x!, to.integers(attributes.axes)]),
  reduceMean: (to, { attributes }, [x]) => to.emit('ReduceMean', [x!, to.integers(attributes.axes)]),

  reshape: (to, { attributes }, [x]) => to.emit('Reshape', [x!, to.reshapeTarget(attributes.shape)]),
  expand: (to, { attributes }, [x]) => to.emit('Expand', [x!, to.shape(attributes.shape)]),
  transpose: (to, { attributes }, inputs) => to.emit('Transpose', inputs, { perm: { ints: attributes.perm } }),
  concat: (to, { attributes }, inputs) => to.emit('Concat', inputs, { axis: { int: attributes.axis } }),
  split: (to, { attributes: { axis, sizes } }, [x]) =>
    to.emit('Split', [x!, to.shape(sizes)], { axis: { int: axis } }, { outputs: sizes.length }),

  gather: (to, _, inputs) => to.emit('Gather', inputs, { axis: { int: 0 } }),
  scatterAdd: (to, { attributes, outputs }, [ids, rows]) => {
    const [output] = outputs;
    const zeros = to.emit('Expand', [
      to.literal([0], [], output!.dtype),
      to.shape([attributes.count, ...output!.shape.slice(1)]),
    ]);
    const [wide] = to.emit('Cast', [ids!], { to: { int: 7 } });
    const [column] = to.emit('Unsqueeze', [wide!, to.integers([-1])]);
    return to.emit('ScatterND', [zeros[0]!, column!, rows!], { reduction: { string: 'add' } });
  },
};

// Float64 serves gradient checks only. ONNX Runtime has no float64 Erf, and its float64 norms keep their statistics in float32.

function erf(to: OnnxEmitter, x: string, dtype: DType): readonly string[] {
  if (dtype === 'f32') return to.emit('Erf', [x]);
  return to.emit('Cast', to.emit('Erf', to.emit('Cast', [x], { to: { int: 1 } })), { to: { int: 11 } });
}

function exactGelu(to: OnnxEmitter, x: string): readonly string[] {
  const [scaled] = to.emit('Mul', [x, to.literal([Math.SQRT1_2], [], 'f64')]);
  const [cdf] = to.emit('Add', [erf(to, scaled!, 'f64')[0]!, to.literal([1], [], 'f64')]);
  return to.emit('Mul', [to.emit('Mul', [x, cdf!])[0]!, to.literal([0.5], [], 'f64')]);
}

function wideLayerNorm(to: OnnxEmitter, [x, gamma, beta]: readonly string[], epsilon: number): readonly string[] {
  const [mean] = to.emit('ReduceMean', [x!, to.integers([-1])]);
  const [y, inverse] = wideRmsNorm(to, to.emit('Sub', [x!, mean!])[0]!, gamma!, epsilon);
  return [to.emit('Add', [y!, beta!])[0]!, mean!, inverse!];
}

function wideRmsNorm(to: OnnxEmitter, x: string, gamma: string, epsilon: number): readonly string[] {
  const [square] = to.emit('ReduceMean', [to.emit('Mul', [x, x])[0]!, to.integers([-1])]);
  const [root] = to.emit('Sqrt', [to.emit('Add', [square!, to.literal([epsilon], [], 'f64')])[0]!]);
  const [inverse] = to.emit('Reciprocal', [root!]);
  return [to.emit('Mul', [to.emit('Mul', [x, inverse!])[0]!, gamma])[0]!, inverse!];
}

function swapLast(to: OnnxEmitter, name: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return to.emit('Transpose', [name], { perm: { ints: [...perm.slice(0, -2), rank - 1, rank - 2] } })[0]!;
}
