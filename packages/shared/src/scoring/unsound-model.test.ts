/** @file Models that would score, but not soundly, are refused by `logits` and `evaluate` instead of giving numbers. */

import { copyFile, cp, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal, temporaryFolder } from '../artifact/folder.fixture.ts';
import { openModelFolder } from '../artifact/model-folder.ts';
import { openOverflowingStudent } from '../prompt-tuning/student.fixture.ts';
import { evaluate } from './evaluate.ts';
import { logits } from './logits.ts';
import { scoreLabels, scoreVocabulary } from './scorer.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const REFERENCE = join(ROOT, 'models/softpost-ref-clm');
const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json'];

const context = { emit: () => undefined, signal: new AbortController().signal };

/** A model folder with the files of another one. */
async function copyOf(files: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const dir = await temporaryFolder();
  for (const [from, names] of Object.entries(files))
    for (const name of names) await copyFile(join(from, name), join(dir, name));
  return dir;
}

// Kills the mutant that checks weights only where something is trained.
test('one NaN among the weights is refused', async () => {
  const modelDir = await temporaryFolder();
  await cp(REFERENCE, modelDir, { recursive: true });
  const { offset, file } = (await openModelFolder(modelDir)).tensors.get('transformer.ln_f.bias')!;
  const weights = await open(join(modelDir, file), 'r+');
  await weights.write(Uint8Array.of(0x00, 0x7e), 0, 2, offset);
  await weights.close();
  const taskFile = join(modelDir, 'task.json');
  const labels = ['bad', 'good'].map((word) => ({ name: word, words: [word] }));
  await writeFile(taskFile, JSON.stringify({ name: 'films', template: '{text} It was', labels }));
  const dataFile = join(modelDir, 'data.jsonl');
  await writeFile(dataFile, '{"text": "dull", "label": "bad"}');

  const nan = refusal('NON_FINITE', /"transformer\.ln_f\.bias" holds NaN/);
  await expect(logits({ modelDir, text: 'dull', threads: 1 }, context)).rejects.toMatchObject(nan);
  await expect(evaluate({ modelDir, taskFile, dataFile, threads: 1 }, context)).rejects.toMatchObject(nan);
});

// Kills the mutant that ranks scores that are NaN.
test('finite weights that overflow are refused', async () => {
  const { model, verbalizer } = await openOverflowingStudent(7, 0);
  const texts = [{ inputIds: Int32Array.of(3, 7, 4), scoredIndex: 2 }];
  const overflow = refusal('NON_FINITE', /not finite/);
  await expect(scoreLabels(model, verbalizer, texts, { threads: 1 })).rejects.toMatchObject(overflow);
  await expect(scoreVocabulary(model, texts, { threads: 1 })).rejects.toMatchObject(overflow);
});

test('a tokenizer with ids that the model does not know is refused', async () => {
  const gpt2 = join(ROOT, 'test/fixtures/models/gpt2');
  const modelDir = await copyOf({ [gpt2]: ['config.json', 'model.safetensors'], [REFERENCE]: TOKENIZER });
  await expect(logits({ modelDir, text: 'a film', threads: 1 }, context)).rejects.toMatchObject(
    refusal('BAD_TOKENIZER', /ids up to 8191, the model knows 61/),
  );
});
