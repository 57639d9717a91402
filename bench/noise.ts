/**
 * @file Times the noise of one step at P x D = 76,800 in both modes, beside what it was and beside the gradients: `node bench/noise.ts`.
 * The gradients are those of 8 texts on the reference model with 300 virtual tokens, less than any real step has.
 */
import { join } from 'node:path';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import type { NoiseMode } from '@softpost/shared/privacy/noise-mode';
import { createSamplingPlan } from '../packages/owner-client/src/privacy/sampling-plan.ts';
import { secureRandom, type RandomSource } from '../packages/owner-client/src/tune/csprng.ts';
import { lotSum } from '../packages/owner-client/src/tune/lot-sum.ts';

const SIZE = 76_800;
const TEXTS = 8;
const TOKENS = 32;
const random = secureRandom();

/** Milliseconds of the fastest round, which others on the machine disturb least. */
async function fastestOf(rounds: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    await work();
    if (round > 0) times.push(performance.now() - start);
  }
  return Math.min(...times);
}

/** The sampler before: each pair of deviates as a new array. */
function normalPair(source: RandomSource): readonly [number, number] {
  for (;;) {
    const x = source.bits53() * 2 ** -52 - 1;
    const y = source.bits53() * 2 ** -52 - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) {
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      return [x * scale, y * scale];
    }
  }
}

function before(): void {
  const sum = new Float64Array(SIZE);
  for (let i = 0; i < SIZE; i += 2) {
    const [first, second] = normalPair(random);
    sum[i] = Math.round(first / 2 ** -21) * 2 ** -21;
    sum[i + 1] = Math.round(second / 2 ** -21) * 2 ** -21;
  }
}

const sizes = { publicSize: 1000, lotSize: 10, steps: 1, delta: 1e-5, clipNorm: 0.3, noiseMultiplier: 0.8 };
const noise = (noiseMode: NoiseMode) => (): unknown =>
  lotSum(createSamplingPlan({ ...sizes, noiseMode }), SIZE).release(random);
const gradient = new Float32Array(SIZE).fill(1e-4);
const clipping = (noiseMode: NoiseMode): (() => unknown) => {
  const sum = lotSum(createSamplingPlan({ ...sizes, noiseMode }), SIZE);
  return () => sum.add(gradient);
};

const model = await openLanguageModel(join(import.meta.dirname, '../models/softpost-ref-clm'));
const virtualTokens = SIZE / model.architecture.hiddenSize;
const verbalizer = {
  wordIds: Int32Array.of(100, 200),
  labelOf: Int32Array.of(0, 1),
  meanWeights: Float32Array.of(1, 0, 0, 1),
  labelCount: 2,
};
const program = await openGradientProgram({ model, verbalizer }, virtualTokens, 1);
const examples = Array.from({ length: TEXTS }, (_, label) => ({
  input: { inputIds: Int32Array.from({ length: TOKENS }, (__, i) => i + 1), scoredIndex: TOKENS - 1 },
  label: label % 2,
}));
const step = await fastestOf(3, () => program.run(new Float32Array(SIZE).fill(0.01), examples));
await program.dispose();

const rows = {
  'noise, before': await fastestOf(31, before),
  'noise, rounded': await fastestOf(31, noise('rounded')),
  'noise, exact': await fastestOf(31, noise('exact')),
  'clip one gradient, rounded': await fastestOf(31, clipping('rounded')),
  'clip one gradient, exact': await fastestOf(31, clipping('exact')),
  [`gradients of ${TEXTS} texts`]: step,
};
for (const [name, ms] of Object.entries(rows))
  console.log(`${name.padEnd(28)} ${ms.toFixed(2).padStart(8)} ms ${((100 * ms) / step).toFixed(1).padStart(6)} %`);
