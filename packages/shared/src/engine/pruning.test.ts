import { expect, test } from 'vitest';
import { gradients } from './gradient.ts';
import { Graph } from './graph.ts';
import { exp, gather, gemm, mul, reduceSum, tanh } from './ops.ts';

// Kills: a walk that visits every node, or a rule that makes gradients nobody wants.
test('a branch without a wanted input has no backward pass', () => {
  const graph = new Graph();
  const prompt = graph.input('prompt', [2, 4]);
  const words = gather(graph.weight('table', [9, 4]), graph.input('ids', [2], 'i32'));
  const text = exp(gemm(tanh(words), graph.weight('w', [4, 4])));
  const loss = reduceSum(mul(gemm(prompt, graph.weight('v', [4, 4])), text));
  const forward = graph.nodes.length;
  gradients(loss, [prompt]);
  // The cotangent 1, spread over the sum's input, times text, times v transposed.
  expect(graph.nodes.slice(forward).map(({ kind }) => kind)).toEqual(['constant', 'expand', 'mul', 'gemm']);
});

test('an input that the loss does not depend on has gradient zero', () => {
  const graph = new Graph();
  const [x, y] = [graph.input('x', [2]), graph.input('y', [3])];
  const [dy] = gradients(reduceSum(tanh(x)), [y]);
  expect(dy).toMatchObject({ shape: [3], node: { kind: 'expand' } });
  expect(dy!.node.inputs[0]!.node.attributes).toMatchObject({ values: [0] });
});

test('a loss that is not one number is refused', () => {
  const x = new Graph().input('x', [2, 1]);
  expect(() => gradients(x, [x])).toThrow('the loss must be one number, got f32[2, 1]');
});
