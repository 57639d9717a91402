/**
 * @file Times the optimisers' kernels against their plain twins, taking turns: `node bench/kernels.ts`.
 * Sizes: AdamW over the student of docs/performance.md; a lot of 32 examples of a 100 × 768 prompt.
 */
import { adamW } from '@softpost/shared/optim/adamw';
import { clipAndAccumulate } from '@softpost/shared/optim/clip-and-accumulate';
import { createKernels } from '@softpost/shared/optim/kernels';
import { allocateParameters } from '@softpost/shared/optim/parameter-memory';
import type { Kernels } from '@softpost/shared/optim/kernels';

const STUDENT_PARAMETERS = 53_600_000;
const PROMPT_PARAMETERS = 76_800;
const EXAMPLES = 32;
const ROUNDS = 9;

/** Median milliseconds of `work` with each kind of kernel, after one round to warm up. */
function compare(title: string, simd: Kernels, work: (kernels: Kernels) => void): void {
  const kinds = { simd, plain: createKernels() };
  const times = { simd: [] as number[], plain: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const kind of ['simd', 'plain'] as const) {
      const start = performance.now();
      work(kinds[kind]);
      if (round > 0) times[kind].push(performance.now() - start);
    }
  }
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const [fast, slow] = [median(times.simd), median(times.plain)];
  console.log(`${title}: SIMD ${fast.toFixed(2)} ms, plain ${slow.toFixed(2)} ms, ratio ${(slow / fast).toFixed(1)}`);
}

function fillWave(array: Float32Array): void {
  for (let i = 0; i < array.length; i++) array[i] = Math.sin(i) / 100;
}

const student = allocateParameters(new Map([['student', [STUDENT_PARAMETERS]]]));
fillWave(student.parameters);
fillWave(student.gradients);
let state = student.initAdamW();
compare(`AdamW step, ${STUDENT_PARAMETERS} parameters`, student.kernels, (kernels) => {
  state = adamW({ learningRate: 1e-4, weightDecay: 0.01, kernels }).updateInPlace(
    student.gradients,
    state,
    student.parameters,
  );
});

const { lot, kernels: promptKernels } = allocateParameters(new Map([['prompt', [PROMPT_PARAMETERS]]]), {
  examples: EXAMPLES,
});
fillWave(lot.gradients);
compare(`Clip and accumulate, ${EXAMPLES} x ${PROMPT_PARAMETERS}`, promptKernels, (kernels) => {
  for (let start = 0; start < lot.gradients.length; start += PROMPT_PARAMETERS) {
    clipAndAccumulate(lot.gradients.subarray(start, start + PROMPT_PARAMETERS), 0.1, lot.sum, kernels);
  }
});
compare(`Noise, ${PROMPT_PARAMETERS}`, promptKernels, (kernels) => kernels.addNoise(lot.sum, lot.noise));
