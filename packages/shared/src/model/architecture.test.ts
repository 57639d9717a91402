/** @file What is read out of config.json: the defaults of each model type, and contradictions that are refused. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusal } from '../artifact/folder.fixture.ts';
import { architectureOf } from './language-model.ts';

const root = join(import.meta.dirname, '../../../../test/fixtures/models');

function configOf(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(root, name, 'config.json'), 'utf8')) as Record<string, unknown>;
}

const YARN = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32 };

test.each([
  ['gpt2', { n_head: 5 }, /\(gpt2\): hidden size 24 is not a multiple of 5 /],
  ['bert', { num_attention_heads: 5 }, /\(bert\): hidden size 24 is not a multiple of 5 /],
  ['roberta', { num_attention_heads: 5 }, /\(roberta\): hidden size 24 /],
  ['qwen2', { num_attention_heads: 5 }, /\(qwen2\): hidden size 24 is not a multiple of 5 /],
  ['qwen2', { num_attention_heads: 8, num_key_value_heads: 2 }, /a head has 3 numbers/],
  ['llama', { head_dim: 5 }, /a head has 5 numbers/],
  [
    'llama',
    { rope_parameters: { rope_type: 'longrope' } },
    /rope_parameters.*must be default, linear, dynamic, yarn or/,
  ],
  ['llama', { rope_scaling: { type: 'su' }, rope_parameters: null }, /rope_scaling.*must be default, linear/],
  ['llama-yarn-rope', { rope_parameters: { ...YARN, mscale: 1 } }, /mscale is not supported/],
  ['llama-yarn-rope', { rope_parameters: { ...YARN, factor: 0.5 } }, /factor/],
  ['llama', { num_key_value_heads: 4 }, /6 attention heads cannot share 4/],
])('%s with %j is refused', (name, change, message) => {
  expect(() => architectureOf({ ...configOf(name), ...change })).toThrow(
    expect.objectContaining(refusal('BAD_MODEL_CONFIG', message)),
  );
});

// The defaults of the configuration classes of transformers 5.17. Kills: one default for all types.
test.each([
  ['bert', 'bert', 'pad_token_id', { firstPosition: 0, maxPositions: 112 }],
  ['roberta', 'roberta', 'pad_token_id', { firstPosition: 2, maxPositions: 110 }],
  ['roberta', 'xlm-roberta', 'pad_token_id', { firstPosition: 2, maxPositions: 110 }],
  ['roberta', 'camembert', 'pad_token_id', { firstPosition: 2, maxPositions: 110 }],
  ['llama', 'llama', 'num_key_value_heads', { attention: { heads: 6, keyValueHeads: 6, headSize: 4 } }],
  ['mistral-window', 'mistral', 'sliding_window', { slidingWindow: 4096 }],
])('%s as %s without %s', (name, model_type, key, expected) => {
  expect(architectureOf({ ...configOf(name), model_type, [key]: undefined })).toMatchObject(expected);
});

test.each([
  ['mistral', 16, 8],
  ['qwen2', 64, 32],
])('%s with %i heads and no word of shared ones has %i key/value heads', (name, heads, keyValueHeads) => {
  const changed = {
    ...configOf(name),
    num_key_value_heads: undefined,
    hidden_size: 4 * heads,
    num_attention_heads: heads,
  };
  expect(architectureOf(changed).attention).toMatchObject({ heads, keyValueHeads });
});

test('an explicit null is no default: a Mistral without a window', () => {
  expect(architectureOf({ ...configOf('mistral-window'), sliding_window: null }).slidingWindow).toBeUndefined();
});
