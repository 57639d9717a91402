/** @file The machine's speed in matrix products through our runtime: one step is [N, N] times [N, N], answered in GFLOP/s. */

import { Graph } from '@softpost/shared/engine/graph';
import { gemm } from '@softpost/shared/engine/ops';
import { loadProgram, lowerProgram } from '@softpost/shared/engine/program';
import { readArguments, serve } from './serve.ts';

const N = 2048;

const { threads } = readArguments();
const graph = new Graph();
const product = gemm(graph.input('a', [N, N]), graph.input('b', [N, N]));
const program = await loadProgram(lowerProgram({ product }), { threads });
const matrix = new Float32Array(N * N).fill(0.5);
const into = { product: new Float32Array(N * N) };

await serve(async () => {
  const start = performance.now();
  await program.run({}, { a: matrix, b: matrix }, into);
  return { gflops: (2 * N ** 3) / 1e6 / (performance.now() - start) };
});
