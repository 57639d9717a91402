/** @file Passes in blocks of rows against one pass over a whole batch. */

import { join } from 'node:path';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { allocateParameters } from '@softpost/shared/optim/parameter-memory';
import { expect, test } from 'vitest';
import { DISTILL_DEFAULTS } from './distill-options.ts';
import type { LabelledBatch } from './labelled-batch.ts';
import { initialValues, planStudent } from './student-init.ts';
import { isOneBlock, openTrainingProgram } from './training-program.ts';

test.each([
  { model: 'gpt2', freeze: 'none' },
  { model: 'gpt2', freeze: 'head' },
  { model: 'gpt2', freeze: 'embedding' },
  { model: 'llama-untied', freeze: 'none' },
  { model: 'roberta', freeze: 'none' },
  { model: 'roberta', freeze: 'both' },
] as const)('$model, $freeze frozen: blocks have the losses and gradients of the whole batch', async (given) => {
  const teacher = await openLanguageModel(join(import.meta.dirname, '../../../../test/fixtures/models', given.model));
  const plan = planStudent(teacher, given.freeze, [0]);
  const memory = allocateParameters(plan.trained);
  for (const name of plan.trained.keys()) memory.parameter(name).set(await initialValues(teacher, plan, name));
  const sequences = Array.from({ length: 5 }, (_, row) =>
    Int32Array.from({ length: 6 }, (__, at) => (row * 17 + at * 5) % 50),
  );
  // Rows with different numbers of labels: a mean of the blocks' means would be wrong.
  const labels = Int32Array.from({ length: 30 }, (_, at) => (at % 7 < at / 6 ? (at * 11) % 50 : -1));
  const labelled = labels.filter((label) => label >= 0).length;
  const batch: LabelledBatch = { sequences, length: 6, labels, labelled, positions: 30 };
  const results = [];
  for (const rows of [30, 7, 1]) {
    const maxLogitBytes = rows * 4 * plan.architecture.vocabularySize;
    const options = { ...DISTILL_DEFAULTS, batch: 5, length: 6, maxLogitBytes, threads: 1 };
    expect(isOneBlock(plan, options)).toBe(rows === 30);
    const program = await openTrainingProgram(teacher, plan, memory, options);
    memory.gradients.fill(Number.NaN);
    // Mutant: sums that do not start at zero are wrong in the second run.
    await program.run(batch);
    results.push({ losses: await program.run(batch), gradients: memory.gradients.slice() });
    await program.dispose();
  }
  const [whole, ...blockwise] = results as [(typeof results)[number], ...typeof results];
  for (const { losses, gradients } of blockwise) {
    for (const name of ['loss', 'kl', 'lm', 'cosine'] as const) expect(losses[name]).toBeCloseTo(whole.losses[name], 5);
    const error = Math.hypot(...gradients.map((value, index) => value - whole.gradients[index]!));
    expect(error / Math.hypot(...whole.gradients)).toBeLessThan(1e-5);
  }
});

test('a batch too large for one pass through the layers is the mean of its sequences', async () => {
  const teacher = await openLanguageModel(join(import.meta.dirname, '../../../../test/fixtures/models/gpt2'));
  const plan = planStudent(teacher, 'none', [1]);
  const memory = allocateParameters(plan.trained);
  for (const name of plan.trained.keys()) memory.parameter(name).set(await initialValues(teacher, plan, name));
  // 11 * 100 rows: passes of 10 sequences and of one.
  const sequences = Array.from({ length: 11 }, (_, row) =>
    Int32Array.from({ length: 100 }, (__, at) => (row * 17 + at * 5) % 60),
  );
  const labels = Int32Array.from({ length: 1100 }, (_, at) => (at * 11) % 60);
  const batch: LabelledBatch = { sequences, length: 100, labels, labelled: 1100, positions: 1100 };
  const size = { ...DISTILL_DEFAULTS, batch: 11, length: 100, threads: 1 };
  const whole = await openTrainingProgram(teacher, plan, memory, size);
  const losses = await whole.run(batch);
  const wanted = memory.gradients.slice();
  await whole.dispose();
  const blockwise = await openTrainingProgram(teacher, plan, memory, { ...size, maxLogitBytes: 2 ** 16 });
  // Mutant: only the last pass's losses or gradients.
  expect((await blockwise.run(batch)).loss).toBeCloseTo(losses.loss, 4);
  await blockwise.dispose();
  const error = Math.hypot(...memory.gradients.map((value, index) => value - wanted[index]!));
  expect(error / Math.hypot(...wanted)).toBeLessThan(1e-5);
});
