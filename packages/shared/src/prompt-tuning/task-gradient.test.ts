import { expect, test } from 'vitest';
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

/** The gradient of every example, as rows of one pass, and each from a pass of its own. */
async function bothWays(student: Student, examples: readonly EncodedExample[]) {
  const program = await openGradientProgram(student, P, 1);
  const prompt = randomPrompt(student, P);
  const together = await program.run(prompt, examples);
  const rows = examples.map((_, row) => together.gradients.subarray(row * prompt.length, (row + 1) * prompt.length));
  const alone: Float32Array[] = [];
  for (const example of examples) alone.push((await program.run(prompt, [example])).gradients);
  await program.dispose();
  return { rows, alone };
}

// Kills: anything that mixes the rows of a batch (a loss multiplied by the batch's mean loss, statistics over the batch axis,
// attention across sequences, a padded position that is seen): clipping one record's gradient would then not bound what it does.
test.each(['gpt2-student', 'llama', 'mistral-window', 'roberta-student'])(
  '%s: the gradient of an example does not depend on what shares its batch',
  async (name) => {
    const { rows, alone } = await bothWays(await openStudent(name), randomExamples(6));
    for (const [example, row] of rows.entries()) expect(relativeError(row, alone[example]!)).toBeLessThan(1e-5);
  },
);

// Kills: a NaN that spreads from one record to the others of its batch, which would count them all as zero.
test('an example that overflows leaves the others as they are', async () => {
  const student = await openOverflowingStudent(50, P);
  const bad = { input: { inputIds: Int32Array.of(4, 50, 6), scoredIndex: 2 }, label: 1 };
  const { rows, alone } = await bothWays(student, randomExamples(4).toSpliced(1, 0, bad));
  expect(rows[1]!.every(Number.isFinite)).toBe(false);
  for (const example of [0, 2, 3, 4]) expect(relativeError(rows[example]!, alone[example]!)).toBeLessThan(1e-5);
});
