/** @file For tests: small random students, one of which overflows on some texts, and examples of several lengths. */

import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../artifact/folder.fixture.ts';
import { openLanguageModel, storedName } from '../model/language-model.ts';
import { seededRandom } from '../seeded-random.ts';
import type { TaskModel } from '../scoring/task-model.ts';
import type { EncodedExample } from './task-gradient.ts';

const MODELS = join(import.meta.dirname, '../../../../test/fixtures/models');

export type Student = Pick<TaskModel, 'model' | 'verbalizer'>;

/** Word 5 says label 0, words 7 and 9 say label 1. */
const VERBALIZER = {
  wordIds: Int32Array.of(5, 7, 9),
  labelOf: Int32Array.of(0, 1, 1),
  meanWeights: Float32Array.of(1, 0, 0, 0.5, 0, 0.5),
  labelCount: 2,
};

export async function openStudent(name: string): Promise<Student> {
  return { model: await openLanguageModel(join(MODELS, name)), verbalizer: VERBALIZER };
}

/**
 * The small GPT-2 student, with finite weights that overflow where `word` is the second word after a prompt of
 * `virtualTokens`: two embeddings near the largest float32 are added there.
 */
export async function openOverflowingStudent(word: number, virtualTokens: number): Promise<Student> {
  const dir = await temporaryFolder();
  for (const file of ['config.json', 'model.safetensors'])
    await copyFile(join(MODELS, 'gpt2-student', file), join(dir, file));
  const model = await openLanguageModel(dir);
  const { hiddenSize } = model.architecture;
  const rows = { 'transformer.wte.weight': word, 'transformer.wpe.weight': virtualTokens + 1 };
  const weights = await open(join(dir, 'model.safetensors'), 'r+');
  for (const [name, row] of Object.entries(rows)) {
    const { offset } = model.folder.tensors.get(storedName(model.folder, name))!;
    await weights.write(new Uint8Array(Float32Array.of(3e38).buffer), 0, 4, offset + 4 * row * hiddenSize);
  }
  await weights.close();
  return { model, verbalizer: VERBALIZER };
}

/** Texts of 3 to 9 random words below 50, scored at the last one. */
export function randomExamples(count: number, seed = 1): readonly EncodedExample[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const inputIds = Int32Array.from({ length: 3 + below(7) }, () => 1 + below(49));
    return { input: { inputIds, scoredIndex: inputIds.length - 1 }, label: below(2) };
  });
}

/** A prompt [P * D] of numbers in (-1, 1). */
export function randomPrompt({ model }: Student, virtualTokens: number): Float32Array {
  const random = seededRandom(77);
  return Float32Array.from({ length: virtualTokens * model.architecture.hiddenSize }, () => 2 * random() - 1);
}

/** Relative L2 distance. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}
