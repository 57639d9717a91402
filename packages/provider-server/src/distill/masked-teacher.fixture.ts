/** @file A RoBERTa with random weights and a tokenizer of letters, for tests. */

import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';

const model = join(import.meta.dirname, '../../../../test/fixtures/models/roberta');

const SPECIAL = ['<s>', '<pad>', '</s>', '<unk>'];
const VOCABULARY = Object.fromEntries([
  ...[...SPECIAL, ...Array.from('abcdefghijklmnopqrstuvwxyz')].map((token, id) => [token, id] as const),
  ['<mask>', 60],
]);

/** A model folder that goes when the test ends. */
export async function maskedTeacher(): Promise<string> {
  const dir = await temporaryFolder();
  for (const file of ['config.json', 'model.safetensors']) await cp(join(model, file), join(dir, file));
  const added = [...SPECIAL, '<mask>'].map((content) => ({ id: VOCABULARY[content], content, special: true }));
  await writeFile(
    join(dir, 'tokenizer.json'),
    JSON.stringify({
      added_tokens: added,
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      model: { type: 'BPE', unk_token: '<unk>', merges: [], vocab: VOCABULARY },
    }),
  );
  await writeFile(join(dir, 'tokenizer_config.json'), '{}');
  return dir;
}
