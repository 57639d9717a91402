/** @file Our prompts and those of Hugging Face PEFT give the same logits (test/fixtures/peft, made by scripts/make-fixtures.py). */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../artifact/folder.fixture.ts';
import { readPromptFolder, writePromptFolder } from '../artifact/prompt-folder.ts';
import { openLanguageModel } from '../model/language-model.ts';
import { scoreVocabulary } from './scorer.ts';

interface Expected {
  readonly model: string;
  /** Padded on the right. */
  readonly inputIds: readonly (readonly number[])[];
  readonly lengths: readonly number[];
  readonly positions: readonly number[];
  /** [texts][vocabulary], at `positions`. */
  readonly logits: readonly (readonly number[])[];
}

const root = join(import.meta.dirname, '../../../..');
const fixtures = join(root, 'test/fixtures');
const python = process.env['SOFTPOST_PYTHON'];

function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.hypot(...expected.map((value, i) => actual[i]! - value)) / Math.hypot(...expected);
}

test.each(['gpt2', 'roberta'])('a prompt that PEFT wrote gives the logits that PEFT gives: %s', async (name) => {
  const dir = join(fixtures, 'peft', name);
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Expected;
  const texts = expected.inputIds.map((ids, text) => ({
    inputIds: Int32Array.from(ids.slice(0, expected.lengths[text])),
    scoredIndex: expected.positions[text]!,
  }));
  const model = await openLanguageModel(join(fixtures, 'models', expected.model));
  const { prompt, card } = await readPromptFolder(dir);
  expect(card).toBeUndefined();
  const logits = await scoreVocabulary(model, texts, { prompt, threads: 1 });
  const width = model.architecture.vocabularySize;
  for (const [text, row] of expected.logits.entries())
    expect(relativeError(logits.subarray(text * width, (text + 1) * width), row)).toBeLessThan(1e-4);
});

/** Needs PyTorch, transformers and PEFT: SOFTPOST_PYTHON names an interpreter that has them. */
test.skipIf(python === undefined).each([
  ['gpt2', 'causal'],
  ['llama', 'causal'],
  ['roberta', 'masked'],
] as const)(
  'a prompt that we wrote gives the same logits in PEFT: %s',
  { timeout: 300_000 },
  async (name, objective) => {
    const modelDir = join(fixtures, 'models', name);
    const model = await openLanguageModel(modelDir);
    const { hiddenSize } = model.architecture;
    const embeddings = Float32Array.from({ length: 4 * hiddenSize }, (_, index) => Math.sin(index * 12.9898));
    const prompt = { embeddings, virtualTokens: 4, hiddenSize };
    const out = join(await temporaryFolder(), 'prompt');
    const digest = `sha256:${'0'.repeat(64)}` as const;
    await writePromptFolder(out, prompt, {
      version: 1,
      task: 'any',
      step: 'tune',
      belongsTo: 'student',
      model: { name, objective },
      digests: { student: digest, tokenizer: digest },
      privacy: { dp: false },
      details: {},
    });

    const inputIds = [12, 7, 33, 21, 9];
    const scoredIndex = 3;
    const args = ['scripts/check-peft.py', modelDir, out, inputIds.join(','), '--position', String(scoredIndex)];
    const { status, stdout, stderr } = spawnSync(python!, args, { cwd: root, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const { logits: expected } = JSON.parse(stdout) as { readonly logits: readonly number[] };

    const text = { inputIds: Int32Array.from(inputIds), scoredIndex };
    expect(relativeError(await scoreVocabulary(model, [text], { prompt, threads: 1 }), expected)).toBeLessThan(1e-4);
  },
);
