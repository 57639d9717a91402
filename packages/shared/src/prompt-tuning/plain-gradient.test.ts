import { expect, test } from 'vitest';
import { clippedSum, eachGradient } from './plain-gradient.ts';
import {
  openOverflowingStudent,
  openStudent,
  randomExamples,
  randomPrompt,
  relativeError,
  type Student,
} from './student.fixture.ts';
import { openGradientProgram, type EncodedExample } from './task-gradient.ts';

const P = 3;
const OVERFLOWS = 50;

/** A function that gives clipped sums with one program, and releases it with the test. */
async function summing(student: Student) {
  const prompt = randomPrompt(student, P);
  const program = await openGradientProgram(student, P, 1);
  return {
    dispose: () => program.dispose(),
    sum: (lot: readonly EncodedExample[], clipNorm: number, microbatch = lot.length) =>
      clippedSum(lot, program, prompt, clipNorm, microbatch),
  };
}

const norm = (values: Iterable<number>): number => Math.hypot(...values);

/** Each gradient by itself, and a clip norm in their middle, so that some are clipped and some are not. */
async function alone({ sum }: Awaited<ReturnType<typeof summing>>, lot: readonly EncodedExample[]) {
  const gradients: Float64Array[] = [];
  for (const example of lot) gradients.push((await sum([example], 1e9)).sum);
  return { gradients, clipNorm: gradients.map(norm).toSorted((a, b) => a - b)[lot.length >> 1]! };
}

// Kills: clipping the sum or the mean of a microbatch instead of each gradient; losing the rest of an uneven split.
test('microbatches of 1, 3 and all examples give the sum of the clipped gradients', async () => {
  const program = await summing(await openStudent('gpt2-student'));
  const lot = randomExamples(7);
  const { gradients, clipNorm } = await alone(program, lot);
  const clipped = gradients.map((gradient) => gradient.map((value) => value * Math.min(1, clipNorm / norm(gradient))));
  const expected = clipped.reduce((sum, gradient) => sum.map((value, i) => value + gradient[i]!));
  for (const microbatch of [1, 3, 7]) {
    const { sum, record } = await program.sum(lot, clipNorm, microbatch);
    expect(relativeError(sum, expected)).toBeLessThan(1e-6);
    expect(record).toMatchObject({ lotSize: 7, nonFinite: 0 });
  }
  await program.dispose();
});

// Kills: no clipping, clipping after the sum, a clip norm per virtual token, a record that adds NaN, infinity or its direction.
// The slack is float32 rounding of the other records' gradients, whose padding the added record changes.
test('a record more changes the sum by no more than the clip norm', async () => {
  const program = await summing(await openOverflowingStudent(OVERFLOWS, P));
  const lot = randomExamples(5);
  const overflowing = { input: { inputIds: Int32Array.of(3, OVERFLOWS), scoredIndex: 1 }, label: 0 };
  const { clipNorm: middle } = await alone(program, lot);
  for (const added of [...randomExamples(3, 9), overflowing]) {
    for (const clipNorm of [1e-3, middle, 1e3]) {
      const without = (await program.sum(lot, clipNorm)).sum;
      const within = (await program.sum([...lot, added], clipNorm)).sum;
      expect(norm(within.map((value, i) => value - without[i]!))).toBeLessThanOrEqual(clipNorm * (1 + 1e-5));
    }
  }
  await program.dispose();
});

// Kills: a gradient that is not finite replaced by anything but zero, or the whole lot dropped for it.
test('a gradient that is not finite adds zero, and is counted', async () => {
  const program = await summing(await openOverflowingStudent(OVERFLOWS, P));
  const lot = randomExamples(4);
  const overflowing = { input: { inputIds: Int32Array.of(3, OVERFLOWS), scoredIndex: 1 }, label: 1 };
  const { sum, record } = await program.sum([overflowing, ...lot], 1, 2);
  expect(record).toMatchObject({ lotSize: 5, nonFinite: 1 });
  expect(relativeError(sum, (await program.sum(lot, 1, 2)).sum)).toBeLessThan(1e-6);
  await program.dispose();
});

test('an empty lot has the sum zero', async () => {
  const program = await summing(await openStudent('gpt2-student'));
  const { sum, record } = await program.sum([], 1, 2);
  expect(sum.every((value) => value === 0)).toBe(true);
  expect(record).toEqual({ lotSize: 0, lossSum: 0, nonFinite: 0 });
  await program.dispose();
});

// Kills: a mean over the examples of a microbatch, over those that fell into one microbatch, or of two units together.
test.each([1, 2, 3, 9])(
  'a unit has the mean gradient and loss of its examples, in microbatches of %i',
  async (microbatch) => {
    const student = await openStudent('gpt2-student');
    const prompt = randomPrompt(student, P);
    const program = await openGradientProgram(student, P, 1);
    const examples = randomExamples(9);
    const units = [examples.slice(0, 4), examples.slice(4, 5), examples.slice(5, 9)];
    const means: Float32Array[] = [];
    const record = await eachGradient(
      units,
      program,
      prompt,
      microbatch,
      (gradient) => means.push(gradient.slice()) > 0,
    );
    const singly: Float32Array[] = [];
    let loss = 0;
    for (const unit of units) {
      const { gradients, losses } = await program.run(prompt, unit);
      loss += losses.reduce((sum, value) => sum + value / unit.length, 0);
      singly.push(
        prompt.map((_, i) => unit.reduce((sum, __, row) => sum + gradients[row * prompt.length + i]!, 0) / unit.length),
      );
    }
    for (const mean of means) expect(Math.min(...singly.map((one) => relativeError(mean, one)))).toBeLessThan(1e-5);
    expect(means.length).toBe(3);
    expect(record).toEqual({ lotSize: 3, lossSum: expect.closeTo(loss, 4) as number, nonFinite: 0 });
    await program.dispose();
  },
);
