/** @file Transfer losses and gradients against PyTorch (test/fixtures/transfer, made by scripts/make-fixtures.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensorsHeader, readTensor } from '@softpost/shared/artifact/safetensors';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { expect, test } from 'vitest';
import { buildReferences, unpromptedLogits } from './references.ts';
import { openTransferProgram } from './transfer-program.ts';

interface Expected {
  readonly teacher: string;
  readonly student: string;
  readonly alpha: number;
  readonly lengths: readonly number[];
  readonly inputIds: readonly (readonly number[])[];
  readonly positions: readonly number[];
  readonly l1: number;
  readonly l2: number;
}

const fixtures = join(import.meta.dirname, '../../../../test/fixtures');

function relativeError(actual: Float32Array, expected: Float32Array): number {
  return Math.hypot(...actual.map((value, index) => value - expected[index]!)) / Math.hypot(...expected);
}

for (const name of ['gpt2-student', 'gpt2-student-untied', 'roberta-student']) {
  const dir = join(fixtures, 'transfer', name);
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Expected;
  const texts = expected.inputIds.map((ids, row) => ({
    inputIds: Int32Array.from(ids.slice(0, expected.lengths[row])),
    scoredIndex: expected.positions[row]!,
  }));

  test.each([0, expected.alpha, 1])(
    `${name}: losses and prompt gradient at alpha %f equal those of PyTorch`,
    async (alpha) => {
      const file = await readSafetensorsHeader(join(dir, 'expected.safetensors'));
      const teacher = await openLanguageModel(join(fixtures, 'models', expected.teacher));
      const student = await openLanguageModel(join(fixtures, 'models', expected.student));
      const { hiddenSize } = student.architecture;
      const embeddings = await readTensor(file, 'studentPrompt');
      const prompt = { embeddings, hiddenSize, virtualTokens: embeddings.length / hiddenSize };
      const references = await buildReferences(student, prompt, texts, await unpromptedLogits(teacher, texts));
      const program = await openTransferProgram(teacher, prompt.virtualTokens, { threads: 1 });
      const rows = references.rows(texts.map((_, index) => index));
      const teacherPrompt = await readTensor(file, 'teacherPrompt');
      const { l1, l2, gradient } = await program.step(teacherPrompt, texts, rows, alpha);
      const held = await program.losses(teacherPrompt, texts, rows);
      await program.dispose();
      expect(l1).toBeCloseTo(expected.l1, 5);
      expect(l2).toBeCloseTo(expected.l2, 5);
      expect(held.l1).toBeCloseTo(l1, 6);
      expect(held.l2).toBeCloseTo(l2, 6);
      const [ofL1, ofL2] = [await readTensor(file, 'gradientL1'), await readTensor(file, 'gradientL2')];
      expect(
        relativeError(
          gradient,
          ofL1.map((value, index) => (1 - alpha) * value + alpha * ofL2[index]!),
        ),
      ).toBeLessThan(1e-5);
    },
  );
}
