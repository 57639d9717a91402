/** @file The stated bound of memory against what a process takes that distils with a large vocabulary. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import type { TensorData } from '@softpost/shared/artifact/safetensors';
import { writeModelFolder } from '@softpost/shared/artifact/write-model-folder';
import { architectureOf, openLanguageModel } from '@softpost/shared/model/language-model';
import { expect, test } from 'vitest';
import { memoryNeed, memoryText } from './memory-need.ts';
import { planStudent } from './student-init.ts';

const VOCABULARY = 65_536;
const config = {
  model_type: 'gpt2',
  n_embd: 32,
  n_head: 2,
  n_layer: 2,
  n_positions: 512,
  vocab_size: VOCABULARY,
  tie_word_embeddings: true,
};

async function teacherFolder(): Promise<string> {
  const dir = join(await temporaryFolder(), 'teacher');
  const tensors: Record<string, TensorData> = {};
  for (const [name, shape] of architectureOf(config).tensorShapes()) {
    const size = shape.reduce((product, each) => product * each, 1);
    tensors[name] = { shape, data: Float32Array.from({ length: size }, (_, at) => ((at * 7919) % 1000) / 5000 - 0.1) };
  }
  await writeModelFolder(dir, { config, tensors });
  return dir;
}

test(
  'a large vocabulary takes no more memory than stated, whatever the sequence length',
  { timeout: 120_000 },
  async () => {
    const teacherDir = await teacherFolder();
    const teacher = await openLanguageModel(teacherDir);
    const plan = planStudent(teacher, 'none');
    const entry = join(import.meta.dirname, 'memory-need.fixture.ts');
    // 4 MiB are 16 rows of logits; one array of those of one sequence has 64 or 128 MiB.
    for (const length of [256, 512]) {
      const options = { batch: 2, length, maxLogitBytes: 2 ** 22 };
      const { peak } = memoryNeed(teacher, plan, options);
      // Mutant: blocks of whole sequences take 13 or more arrays of 64 MiB.
      expect(peak).toBeLessThan(6 * 4 * 256 * VOCABULARY);
      const grown = Number(execFileSync(process.execPath, [entry, JSON.stringify({ teacherDir, ...options })]));
      expect(grown).toBeGreaterThan(0);
      expect(grown).toBeLessThan(peak);
    }
  },
);

test('the bound grows with a block, not with the batch', async () => {
  const teacher = await openLanguageModel(await teacherFolder());
  const plan = planStudent(teacher, 'head');
  const peak = (batch: number, maxLogitBytes: number): number =>
    memoryNeed(teacher, plan, { batch, length: 256, maxLogitBytes }).peak;
  expect(peak(64, 2 ** 22)).toBe(peak(8, 2 ** 22));
  expect(peak(8, 2 ** 23) - peak(8, 2 ** 22)).toBe(16 * 2 ** 22);
  expect(memoryText(memoryNeed(teacher, plan, { batch: 8, length: 256, maxLogitBytes: 2 ** 22 }))).toMatch(
    /^needs at most 0\.\d\d GB of memory, .* 0\.07 GB for logits \(--max-logit-bytes\)$/,
  );
});
