import { expect, test } from 'vitest';
import { symbol } from './dim.ts';
import { gradients } from './gradient.ts';
import { Graph } from './graph.ts';
import { add, gemm, logSumExp, mul, reduceMean, reduceSum, sub, tanh } from './ops.ts';
import { printGraph } from './print.ts';

test('a forward and backward graph reads like this', () => {
  const graph = new Graph();
  const rows = symbol('B');
  const x = graph.input('x', [rows, 3]);
  const weight = graph.weight('head.weight', [2, 3]);
  const labels = graph.input('labels', [rows, 2]);
  const logits = gemm(tanh(x), weight, { transB: true });
  const loss = reduceMean(sub(logSumExp(logits), reduceSum(mul(logits, labels), [-1])));
  const [dx] = gradients(loss, [x]);
  expect(printGraph({ loss, dx: dx! })).toMatchInlineSnapshot(`
    "%0: f32[B, 3] = input() {name: x, shape: [B, 3], dtype: f32}
    %1: f32[2, 3] = weight() {name: head.weight, shape: [2, 3], dtype: f32}
    %2: f32[B, 2] = input() {name: labels, shape: [B, 2], dtype: f32}
    %3: f32[B, 3] = tanh(%0)
    %4: f32[B, 2] = gemm(%3, %1) {transA: false, transB: true, alpha: 1}
    %5: f32[B, 1] = logSumExp(%4)
    %6: f32[B, 2] = mul(%4, %2)
    %7: f32[B, 1] = reduceSum(%6) {axes: [1]}
    %8: f32[B, 1] = sub(%5, %7)
    %9: f32[1, 1] = reduceMean(%8) {axes: [0, 1]}
    %10: f32[] = constant() {values: [1], shape: [], dtype: f32}
    %11: f32[] = size() {dim: B, dtype: f32}
    %12: f32[] = div(%10, %11)
    %13: f32[] = size() {dim: 1, dtype: f32}
    %14: f32[] = div(%12, %13)
    %15: f32[B, 1] = expand(%14) {shape: [B, 1]}
    %16: f32[] = constant() {values: [-1], shape: [], dtype: f32}
    %17: f32[B, 1] = mul(%15, %16)
    %18: f32[B, 2] = mul(%17, %2)
    %19: f32[B, 2] = softmax(%4)
    %20: f32[B, 2] = mul(%19, %15)
    %21: f32[B, 2] = add(%18, %20)
    %22: f32[B, 3] = gemm(%21, %1) {transA: false, transB: false, alpha: 1}
    %23: f32[B, 3] = mul(%3, %3)
    %24: f32[B, 3] = mul(%22, %23)
    %25: f32[B, 3] = sub(%22, %24)
    return loss = %9, dx = %25"
  `);
});

test('only what the outputs need is printed', () => {
  const graph = new Graph();
  const x = graph.input('x', [2]);
  tanh(x);
  expect(printGraph({ y: add(x, 1) })).toMatchInlineSnapshot(`
    "%0: f32[2] = input() {name: x, shape: [2], dtype: f32}
    %1: f32[] = constant() {values: [1], shape: [], dtype: f32}
    %2: f32[2] = add(%0, %1)
    return y = %2"
  `);
});
