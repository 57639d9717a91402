import { expect, test } from 'vitest';
import { addDims, symbol } from './dim.ts';
import { Graph } from './graph.ts';
import { add, concat, expand, gemm, matmul, reshape, scatterAdd, split, tanh } from './ops.ts';

test('an equal node is built once', () => {
  const graph = new Graph();
  const x = graph.input('x', [symbol('B'), 4]);
  const y = add(tanh(x), 2);
  const { length } = graph.nodes;
  expect(add(tanh(graph.input('x', [symbol('B'), 4])), 2)).toBe(y);
  expect(graph.nodes.length).toBe(length);
});

test.each<[string, (graph: Graph) => readonly unknown[]]>([
  ['constants', (graph) => [0, -0, 1, Infinity, -Infinity, NaN].map((value) => graph.constant(value))],
  ['dtypes', (graph) => [graph.constant(1), graph.constant(1, 'f64'), graph.constant(1, 'i32')]],
  ['names', (graph) => [graph.input('x', [2]), graph.input('y', [2]), graph.weight('x', [2])]],
  [
    'symbolic shapes',
    (graph) => {
      const [a, b] = [symbol('A'), symbol('B')];
      return [a, b, addDims(a, b), addDims(a, 2)].map((dim) => expand(graph.constant(1), [dim]));
    },
  ],
])('other %s make another node', (_, build) => {
  const built = build(new Graph());
  expect(new Set(built).size).toBe(built.length);
});

test('nodes come after their inputs', () => {
  const graph = new Graph();
  const x = graph.input('x', [4, 4]);
  gemm(add(x, 1), tanh(x), { bias: reshape(split(x, 0, [1, 3])[0]!, [4]) });
  for (const node of graph.nodes) for (const input of node.inputs) expect(input.node.id).toBeLessThan(node.id);
});

test.each<[string, (graph: Graph) => unknown]>([
  ['cannot broadcast [2] with [3]', (g) => add(g.input('x', [2]), g.input('y', [3]))],
  ['operands differ in dtype: f32[] and f64[]', (g) => add(g.constant(1), g.constant(1, 'f64'))],
  ['gemm: inner sizes differ', (g) => gemm(g.input('x', [2, 3]), g.input('y', [2, 3]))],
  ['gemm needs matrices', (g) => gemm(g.input('x', [2]), g.input('y', [2, 3]))],
  ['matmul: batch sizes differ', (g) => matmul(g.input('x', [5, 2, 3]), g.input('y', [4, 3, 2]))],
  ['reshape: f32[B] does not fit [4]', (g) => reshape(g.input('x', [symbol('B')]), [4])],
  [
    'scatterAdd needs an id for each row, got i32[3] and f32[2, 4]',
    (g) => scatterAdd(g.input('x', [3], 'i32'), g.input('y', [2, 4]), 5),
  ],
  ['split: sizes 1, 1 do not add up to axis 0 of f32[3]', (g) => split(g.input('x', [3]), 0, [1, 1])],
  [
    'concat: f32[2, 3] and f32[2, 4] differ beside axis 0',
    (g) => concat([g.input('x', [2, 3]), g.input('y', [2, 4])], 0),
  ],
])('refuses: %s', (message, build) => {
  expect(() => build(new Graph())).toThrow(message);
});
