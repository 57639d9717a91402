import type { StepGradient } from '@softpost/shared/prompt-tuning/descend';
import { clippedSum, eachGradient } from '@softpost/shared/prompt-tuning/plain-gradient';
import {
  openStudent,
  randomExamples,
  randomPrompt,
  relativeError,
} from '@softpost/shared/prompt-tuning/student.fixture';
import { openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import { afterAll, expect, test } from 'vitest';
import { lowerInverse, strategyMatrix } from '../privacy/dense-bands.fixture.ts';
import { createSamplingPlan, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { PrivateExamples } from '../private-data/private-examples.ts';
import { bandMemory } from './band-memory.ts';
import { insecureTestRandom } from './csprng.ts';
import { lotSum } from './lot-sum.ts';
import { addNoise } from './noise.ts';
import { drawLot } from './poisson-sample.ts';
import { privateGradients } from './private-gradient.ts';

const student = await openStudent('gpt2-student');
const program = await openGradientProgram(student, 2, 1);
const prompt = randomPrompt(student, 2);
const records = randomExamples(7);
const examples = new PrivateExamples(records, []);

afterAll(() => program.dispose());

function planWith(sizes: { readonly lotSize: number; readonly publicSize: number }): SamplingPlan {
  return createSamplingPlan({ ...sizes, steps: 3, delta: 1e-9, clipNorm: 0.5, noiseMultiplier: 2 });
}

function constants({ publicSize, expectedLotSize: lotSize, steps, delta, clipNorm, noiseMultiplier }: SamplingPlan) {
  return { publicSize, lotSize, steps, delta, clipNorm, noiseMultiplier };
}

function oneStep(plan: SamplingPlan, microbatch: number, random = insecureTestRandom(3)): Promise<StepGradient> {
  return privateGradients(plan, examples, program, random, microbatch)(prompt, 0);
}

/** Sum and noise made by hand from the same seed, before any denominator. */
async function noisySum(plan: SamplingPlan): Promise<Float64Array> {
  const random = insecureTestRandom(3);
  const lot = examples.pick(drawLot(plan, examples.size, random));
  const { sum } = await clippedSum(lot, program, prompt, plan.clipNorm, 7);
  addNoise(plan, sum, random);
  return sum;
}

// Kills: noise per microbatch, noise per record, noise divided among microbatches.
test.each([1, 3, 7])('a lot in microbatches of %i gets its noise once', async (microbatch) => {
  const plan = planWith({ lotSize: 5, publicSize: 7 });
  const random = insecureTestRandom(3);
  const { gradient } = await oneStep(plan, microbatch, random);
  const expected = (await noisySum(plan)).map((value) => value / 5);
  expect(relativeError(gradient, expected)).toBeLessThan(1e-5);

  const sameDraws = insecureTestRandom(3);
  drawLot(plan, examples.size, sameDraws);
  addNoise(plan, new Float64Array(prompt.length), sameDraws);
  expect(random.bits53()).toBe(sameDraws.bits53());
});

// Kills: a step without a record that is skipped, drawn again, or gets no noise: it would tell that nobody was drawn.
test('an empty lot gets noise like any other', async () => {
  const plan = planWith({ lotSize: 1, publicSize: 1e6 });
  const { gradient, record } = await oneStep(plan, 3);
  expect(record).toEqual({ lotSize: 0, lossSum: 0, nonFinite: 0 });
  const deviation = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0) / gradient.length);
  expect(deviation).toBeGreaterThan(0.5);
  expect(deviation).toBeLessThan(1.5);
});

// Kills: exact noise per microbatch, and a sum of integers that depends on the order of the records.
test('with exact noise the size of a microbatch does not change the gradient', async () => {
  const sizes = { lotSize: 5, publicSize: 7, steps: 1, delta: 1e-9, clipNorm: 0.5, noiseMultiplier: 0.01 };
  const plan = createSamplingPlan({ ...sizes, noiseMode: 'exact' });
  const { gradient: expected } = await oneStep(plan, 7);
  for (const microbatch of [1, 3])
    expect(relativeError((await oneStep(plan, microbatch)).gradient, expected)).toBeLessThan(1e-4);
});

// Kills: dividing by the size of the lot drawn, or of the data: the scale of the noise would tell it.
test.each([2, 3])('the sum of all 7 records is divided by the expected %i', async (lotSize) => {
  const plan = planWith({ lotSize, publicSize: lotSize });
  const { gradient, record } = await oneStep(plan, 7);
  expect(record.lotSize).toBe(7);
  expect(
    relativeError(
      gradient,
      (await noisySum(plan)).map((value) => value / lotSize),
    ),
  ).toBeLessThan(1e-5);
});

// Kills: the same noise in every step.
test('two steps of one source differ', async () => {
  const random = insecureTestRandom(5);
  const source = privateGradients(planWith({ lotSize: 1, publicSize: 1e6 }), examples, program, random, 7);
  expect((await source(prompt, 0)).gradient).not.toEqual((await source(prompt, 1)).gradient);
});

// Kills: anything that one band changes in lot, sum or noise.
test('one band is DP-SGD made by hand, to the last bit', async () => {
  const plan = planWith({ lotSize: 5, publicSize: 7 });
  const [random, byHand] = [insecureTestRandom(3), insecureTestRandom(3)];
  const source = privateGradients(createSamplingPlan({ ...constants(plan), bands: 1 }), examples, program, random, 7);
  for (const step of [0, 1, 2]) {
    const sum = lotSum(plan, prompt.length);
    const lot = examples.units(drawLot(plan, examples.size, byHand));
    await eachGradient(lot, program, prompt, 7, (gradient) => !Number.isNaN(sum.add(gradient)));
    const expected = Float32Array.from(sum.release(byHand), (value) => value / 5);
    expect((await source(prompt, step)).gradient).toEqual(expected);
  }
});

// Kills: a lot drawn from all records instead of the group whose turn it is, or from another group than the turn's. The rate is 1 inside a group.
test('with bands every record takes part in its own turn only', async () => {
  const plan = createSamplingPlan({ ...constants(planWith({ lotSize: 2, publicSize: 6 })), steps: 7, bands: 3 });
  const seen: number[] = [];
  const source = privateGradients(plan, examples, program, insecureTestRandom(3), 7);
  for (let step = 0; step < 7; step++) seen.push((await source(prompt, step)).record.lotSize);
  const turns = bandMemory(plan, examples.size, 1, insecureTestRandom(3));
  expect(seen).toEqual(seen.map((_, step) => turns.turn(step).length));
  expect(seen[0]! + seen[1]! + seen[2]!).toBe(7);
});

// Kills: noise that is not correlated, or correlated by another matrix; noise left out of a group without records.
test('the noise of a run has covariance sigma^2 C^2 C^-1 C^-T', async () => {
  const [steps, runs] = [6, 150];
  const plan = createSamplingPlan({ ...constants(planWith({ lotSize: 1, publicSize: 1e6 })), steps, bands: 4 });
  const random = insecureTestRandom(12);
  const noise: number[][] = Array.from({ length: steps }, () => []);
  for (let run = 0; run < runs; run++) {
    const source = privateGradients(plan, examples, program, random, 7);
    for (let step = 0; step < steps; step++) {
      const { gradient, record } = await source(prompt, step);
      expect(record.lotSize).toBe(0);
      for (const value of gradient) noise[step]!.push(value / (plan.noiseMultiplier * plan.clipNorm));
    }
  }
  const inverse = lowerInverse(strategyMatrix(plan));
  const count = runs * prompt.length;
  for (let s = 0; s < steps; s++) {
    for (let t = 0; t <= s; t++) {
      const covariance = (a: number, b: number): number =>
        inverse[a]!.reduce((sum, x, k) => sum + x * inverse[b]![k]!, 0);
      const sampled = noise[s]!.reduce((sum, value, i) => sum + value * noise[t]![i]!, 0) / count;
      const standardError = Math.sqrt((covariance(s, s) * covariance(t, t) + covariance(s, t) ** 2) / count);
      expect(Math.abs(sampled - covariance(s, t))).toBeLessThan(4 * standardError);
    }
  }
});
