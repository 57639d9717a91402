import type { GradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import {
  openOverflowingStudent,
  openStudent,
  randomExamples,
  randomPrompt,
} from '@softpost/shared/prompt-tuning/student.fixture';
import { openGradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import { afterAll, expect, test } from 'vitest';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import { PrivateExamples } from '../private-data/private-examples.ts';
import { insecureTestRandom, type RandomSource } from './csprng.ts';
import { withoutInterference } from './non-interference.ts';
import { drawLot } from './poisson-sample.ts';
import { privateGradients } from './private-gradient.ts';

const student = await openStudent('gpt2-student');
const program = await openGradientProgram(student, 2, 1);
const prompt = randomPrompt(student, 2);
const examples = randomExamples(6);

afterAll(() => program.dispose());

/** The program with a fault: in every row `share` of the gradient of the row after it. */
function mixing(share: number): GradientProgram {
  return {
    run: async (at, batch) => {
      const { gradients, losses } = await program.run(at, batch);
      const mixed = gradients.map((value, i) => value + share * gradients[(i + at.length) % gradients.length]!);
      return { gradients: batch.length > 1 ? mixed : gradients, losses };
    },
    dispose: () => program.dispose(),
  };
}

const plan = createSamplingPlan({ publicSize: 6, lotSize: 6, steps: 9, delta: 1e-9, clipNorm: 1, noiseMultiplier: 1 });

function counting(source: RandomSource): { readonly random: RandomSource; readonly count: () => number } {
  let words = 0;
  const count = (): void => void words++;
  const bits53 = (): number => (count(), source.bits53());
  return { random: { secure: false, bits53, word: () => (count(), source.word()) }, count: () => words };
}

// Kills: a guard that comes after the noise, or not at all.
test.each([1, 0.01])('a graph that mixes %d of another record in stops the run before any noise', async (share) => {
  const { random, count } = counting(insecureTestRandom(1));
  const source = privateGradients(plan, new PrivateExamples(examples, []), mixing(share), random, 6);
  await expect(source(prompt, 0)).rejects.toMatchObject({ code: 'EXAMPLES_MIXED' });
  const drawn = count();
  const { random: again, count: coins } = counting(insecureTestRandom(1));
  drawLot(plan, examples.length, again);
  expect(drawn).toBe(coins());
});

// Kills: a message with a record's gradient, index or loss in it.
test('the message does not depend on the records', async () => {
  const messages = new Set<string>();
  for (const seed of [1, 2, 3]) {
    const failure = withoutInterference(mixing(1)).run(prompt, randomExamples(2 + seed, seed));
    messages.add(await failure.then(String, (error: Error) => error.message));
  }
  expect([...messages]).toEqual([expect.stringContaining('no clip norm can bound it')]);
});

test('the first batch of several is compared, and only that one', async () => {
  let runs = 0;
  const run: GradientProgram['run'] = (at, batch) => (runs++, program.run(at, batch));
  const guarded = withoutInterference({ run, dispose: () => program.dispose() });
  for (const size of [1, 1, 4, 6]) await guarded.run(prompt, examples.slice(0, size));
  expect(runs).toBe(4 + 2);
});

// Kills: NaN taken for a difference, which would stop the run for what a record holds.
test('a record that overflows is no interference', async () => {
  const overflowing = await openOverflowingStudent(50, 2);
  const own = await openGradientProgram(overflowing, 2, 1);
  const bad = { input: { inputIds: Int32Array.of(4, 50, 6), scoredIndex: 2 }, label: 1 };
  const { losses } = await withoutInterference(own).run(prompt, [bad, ...examples]);
  expect(losses.length).toBe(7);
  await own.dispose();
});
