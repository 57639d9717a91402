import type { StepGradient } from '@softpost/shared/prompt-tuning/descend';
import { clippedSum } from '@softpost/shared/prompt-tuning/plain-gradient';
import {
  openStudent,
  randomExamples,
  randomPrompt,
  relativeError,
} from '@softpost/shared/prompt-tuning/student.fixture';
import { openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import { afterAll, expect, test } from 'vitest';
import { createSamplingPlan, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { PrivateExamples } from '../private-data/private-examples.ts';
import { insecureTestRandom } from './csprng.ts';
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
  return createSamplingPlan({ ...sizes, steps: 1, delta: 1e-9, clipNorm: 0.5, noiseMultiplier: 2 });
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
