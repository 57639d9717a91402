/** @file For tests: a folder as distillation leaves it, of the small GPT-2 student. */

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';

const MODELS = join(import.meta.dirname, '../../../../test/fixtures/models');

/** What distillation reports of the fixture, as far as publication reads it. */
export const REPORT = {
  version: 1,
  corpus: { heldOutRows: 16 },
  parameters: { total: 11_424 },
  heldOut: { after: { teacherPerplexity: 20, studentPerplexity: 40, agreement: 0.5, kl: 0.8 } },
};

export async function distilledStudent(report: object = REPORT): Promise<string> {
  const dir = join(await temporaryFolder(), 'student');
  await mkdir(dir);
  for (const name of ['config.json', 'model.safetensors'])
    await copyFile(join(MODELS, 'gpt2-student', name), join(dir, name));
  await writeFile(join(dir, 'tokenizer.json'), '{}');
  await writeFile(join(dir, 'generation_config.json'), '{}');
  await writeFile(join(dir, 'distillation.json'), JSON.stringify(report));
  return dir;
}
