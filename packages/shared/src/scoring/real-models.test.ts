/** @file Logits of real, trained models equal those of transformers (test/fixtures/real, made by scripts/make-fixtures.py). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensorsHeader, readTensor } from '../artifact/safetensors.ts';
import { relativeError } from '../prompt-tuning/student.fixture.ts';
import { fromRoot, LLAMA_MODEL, REFERENCE_MODEL } from '../text/tokenizers.fixture.ts';
import { logits } from './logits.ts';

const fixtures = join(import.meta.dirname, '../../../../test/fixtures/real');
const context = { emit: () => undefined, signal: new AbortController().signal };

interface Expected {
  readonly texts: readonly string[];
  readonly inputIds: readonly (readonly number[])[];
}

// Weights are widened to float32 before anything is computed, so stored float16 needs no tolerance of its own.
const MODELS = {
  'softpost-ref-clm': REFERENCE_MODEL,
  'softpost-ref-mlm': fromRoot('models/softpost-ref-mlm'),
  stories260k: LLAMA_MODEL,
};

for (const [name, modelDir] of Object.entries(MODELS)) {
  test.skipIf(!modelDir)(`${name} gives the logits of transformers for texts`, { timeout: 60_000 }, async () => {
    const { texts, inputIds } = JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8')) as Expected;
    const file = await readSafetensorsHeader(join(fixtures, `${name}.safetensors`));
    for (const [index, text] of texts.entries()) {
      const scored = await logits({ modelDir: modelDir ?? '', text, threads: 1 }, context);
      expect(scored.inputIds).toEqual(inputIds[index]);
      expect(relativeError(scored.logits, await readTensor(file, `logits/${index}`))).toBeLessThan(1e-5);
    }
  });
}
