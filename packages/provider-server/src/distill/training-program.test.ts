/** @file Passes over parts of a batch against one pass over all of it. */

import { join } from 'node:path';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { allocateParameters } from '@softpost/shared/optim/parameter-memory';
import { expect, test } from 'vitest';
import { DISTILL_DEFAULTS } from './distill-options.ts';
import type { LabelledBatch } from './labelled-batch.ts';
import { initialValues, planStudent } from './student-init.ts';
import { openTrainingProgram } from './training-program.ts';

test('a batch in passes has the losses and gradients of the whole batch', async () => {
  const teacher = await openLanguageModel(join(import.meta.dirname, '../../../../test/fixtures/models/gpt2'));
  const plan = planStudent(teacher, 'none', [1]);
  const memory = allocateParameters(plan.trained);
  for (const name of plan.trained.keys()) memory.parameter(name).set(await initialValues(teacher, plan, name));
  const sequences = Array.from({ length: 5 }, (_, row) =>
    Int32Array.from({ length: 6 }, (__, at) => (row * 17 + at * 5) % 60),
  );
  // Rows with different numbers of labels: a mean of the passes' means would be wrong.
  const labels = Int32Array.from({ length: 30 }, (_, at) => (at % 7 < at / 6 ? (at * 11) % 60 : -1));
  const batch: LabelledBatch = {
    sequences,
    labels,
    labelled: labels.filter((label) => label >= 0).length,
    rows: 30,
  };
  const results = [];
  // 4 * 6 * V bytes are one sequence: one pass, and passes of 2, 2 and 1.
  for (const maxLogitBytes of [2 ** 27, 2 * 4 * 6 * plan.architecture.vocabularySize]) {
    const program = await openTrainingProgram(
      teacher,
      plan,
      memory,
      { ...DISTILL_DEFAULTS, threads: 1 },
      maxLogitBytes,
    );
    results.push({ losses: await program.run(batch), gradients: memory.gradients.slice() });
    await program.dispose();
  }
  const [whole, parts] = results as [(typeof results)[number], (typeof results)[number]];
  for (const name of ['loss', 'kl', 'lm', 'cosine'] as const)
    expect(parts.losses[name]).toBeCloseTo(whole.losses[name], 5);
  const error = Math.hypot(...parts.gradients.map((value, index) => value - whole.gradients[index]!));
  expect(error / Math.hypot(...whole.gradients)).toBeLessThan(1e-5);
});
