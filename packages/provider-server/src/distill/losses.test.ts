/** @file Distillation losses and all student gradients against PyTorch in float64 (test/fixtures/distill). */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensorsHeader, readTensor } from '@softpost/shared/artifact/safetensors';
import { openLanguageModel, storedName } from '@softpost/shared/model/language-model';
import { allocateParameters } from '@softpost/shared/optim/parameter-memory';
import { expect, test } from 'vitest';
import { isOneBlock, openTrainingProgram } from './training-program.ts';

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

// Blocks of all 21 rows (one program), of 8 (a sequence with the start of the next), and of one row.
const cases = readdirSync(join(fixtures, 'distill')).flatMap((name) => [21, 8, 1].map((rows) => ({ name, rows })));

test.each(cases)(
  '$name in blocks of $rows rows: losses and gradients equal those of PyTorch',
  async ({ name, rows }) => {
    const dir = join(fixtures, 'distill', name);
    const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Expected;
    const teacher = await openLanguageModel(join(fixtures, 'models', expected.teacher));
    const { folder, architecture } = await openLanguageModel(join(fixtures, 'models', expected.student));
    const trained = architecture.tensorShapes();
    const memory = allocateParameters(trained);
    const names = [...trained.keys()];
    for (const tensor of names) memory.parameter(tensor).set(await folder.read(storedName(folder, tensor)));
    const { weights, temperature, inputIds, lengths } = expected;
    const plan = { architecture, trained, teacherName: (tensor: string) => tensor };
    const [batch, length] = [inputIds.length, inputIds[0]!.length];
    const maxLogitBytes = 4 * architecture.vocabularySize * rows;
    const options = { weights, temperature, batch, length, maxLogitBytes, threads: 1 };
    expect(isOneBlock(plan, options)).toBe(rows === 21);
    const program = await openTrainingProgram(teacher, plan, memory, options);
    const labels = Int32Array.from(expected.labels.flat());
    const losses = await program.run({
      sequences: inputIds.map((row, index) => Int32Array.from(row.slice(0, lengths[index]))),
      length,
      labels,
      labelled: labels.filter((label) => label >= 0).length,
      positions: lengths.reduce((sum, each) => sum + each, 0),
    });
    await program.dispose();

    for (const loss of ['kl', 'lm', 'cosine'] as const) expect(losses[loss], loss).toBeCloseTo(expected[loss], 5);
    expect(losses.loss).toBeCloseTo(expected.total, 4);
    const file = await readSafetensorsHeader(join(dir, 'gradients.safetensors'));
    expect(file.tensors.size).toBe(names.length);
    for (const tensor of names) {
      const wanted = await readTensor(file, storedName(folder, tensor));
      // The bias of attention keys shifts all scores of a query alike, so its gradient is rounding alone.
      if (Math.hypot(...wanted) > 1e-6)
        expect(relativeError(memory.gradient(tensor), wanted), tensor).toBeLessThan(1e-4);
    }
  },
);

function relativeError(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return Math.hypot(...actual.map((value, index) => value - expected[index]!)) / Math.hypot(...expected);
}
