/** @file Distillation losses and all student gradients against PyTorch in float64 (test/fixtures/distill). */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensorsHeader, readTensor } from '@softpost/shared/artifact/safetensors';
import { gradients } from '@softpost/shared/engine/gradient';
import { loadProgram, lowerProgram } from '@softpost/shared/engine/program';
import { openLanguageModel, storedName } from '@softpost/shared/model/language-model';
import { expect, test } from 'vitest';
import { distillationLosses } from './losses.ts';
import { batchFeeds, buildModelPair, parameterFeeds } from './model-pair.ts';

interface Expected {
  readonly teacher: string;
  readonly student: string;
  readonly temperature: number;
  readonly weights: { readonly kl: number; readonly lm: number; readonly cosine: number };
  readonly lengths: readonly number[];
  readonly inputIds: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  readonly kl: number;
  readonly lm: number;
  readonly cosine: number;
  readonly total: number;
}

const fixtures = join(import.meta.dirname, '../../../../test/fixtures');

test.each(readdirSync(join(fixtures, 'distill')))('%s: losses and gradients equal those of PyTorch', async (name) => {
  const dir = join(fixtures, 'distill', name);
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Expected;
  const teacher = await openLanguageModel(join(fixtures, 'models', expected.teacher));
  const { folder, architecture } = await openLanguageModel(join(fixtures, 'models', expected.student));
  const trained = architecture.tensorShapes();
  const pair = buildModelPair(teacher, { architecture, trained, teacherName: (tensor) => tensor });
  const { weights, temperature } = expected;
  const losses = distillationLosses(pair.teacher, pair.student, pair.targets, weights, temperature);
  const slopes = gradients(losses.total, [...pair.trained.values()]);
  const names = [...pair.trained.keys()];
  const outputs = Object.fromEntries(names.map((tensor, index) => [tensor, slopes[index]!]));
  const program = await loadProgram(lowerProgram({ ...losses, ...outputs }, teacher.lookup), { threads: 1 });

  const labels = Int32Array.from(expected.labels.flat());
  const isReal = expected.inputIds.flatMap((row, index) => row.map((_, at) => at < expected.lengths[index]!));
  const rows = isReal.filter(Boolean).length;
  const { bindings, feeds } = batchFeeds(pair, {
    sequences: expected.inputIds.map((row, index) => Int32Array.from(row.slice(0, expected.lengths[index]))),
    labels,
    labelled: labels.filter((label) => label >= 0).length,
    rows,
  });
  const values = await Promise.all(names.map((tensor) => folder.read(storedName(folder, tensor))));
  const results = await program.run(bindings, {
    ...feeds,
    rowWeight: Float32Array.from(isReal, (real) => (real ? 1 / rows : 0)),
    ...parameterFeeds(names, (tensor) => values[names.indexOf(tensor)]!),
  });
  await program.dispose();

  for (const loss of ['kl', 'lm', 'cosine', 'total'] as const)
    expect(Number(results[loss]![0]), loss).toBeCloseTo(expected[loss], 5);
  const file = await readSafetensorsHeader(join(dir, 'gradients.safetensors'));
  expect(file.tensors.size).toBe(names.length);
  for (const tensor of names) {
    const wanted = await readTensor(file, storedName(folder, tensor));
    // The bias of attention keys shifts all scores of a query alike, so its gradient is rounding alone.
    if (Math.hypot(...wanted) > 1e-6)
      expect(relativeError(results[tensor] as Float32Array, wanted), tensor).toBeLessThan(1e-4);
  }
});

function relativeError(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return Math.hypot(...actual.map((value, index) => value - expected[index]!)) / Math.hypot(...expected);
}
