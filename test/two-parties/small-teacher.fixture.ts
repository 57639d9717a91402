/** @file For tests: a GPT-2 of three layers and random weights that computes in milliseconds, with a tokenizer that has words. */

import type { TensorData } from '@softpost/shared/artifact/safetensors';
import { writeModelFolder } from '@softpost/shared/artifact/write-model-folder';
import { gpt2 } from '@softpost/shared/model/gpt2';
import { seededRandom } from '@softpost/shared/seeded-random';

const WORDS =
  'good bad film plot warm dull slow funny great worst long heart moving year was it the a is of and in we saw';

/** Characters that byte-level BPE writes the printable bytes and the space as. */
const CHARACTERS = ['Ġ', ...Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))];

/** Every beginning of a word is a token, so that merging letter by letter ends in the word. */
const MERGES = [
  ...new Set(WORDS.split(' ').flatMap((word) => Array.from(word, (letter, at) => `Ġ${word.slice(0, at)} ${letter}`))),
];
const VOCABULARY = ['<|endoftext|>', ...CHARACTERS, ...MERGES.map((merge) => merge.replace(' ', ''))];

const CONFIG = {
  model_type: 'gpt2',
  architectures: ['GPT2LMHeadModel'],
  dtype: 'float32',
  n_layer: 3,
  n_embd: 32,
  n_head: 2,
  n_positions: 160,
  vocab_size: VOCABULARY.length,
};

const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [{ id: 0, content: '<|endoftext|>', special: true }],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: Object.fromEntries(VOCABULARY.map((token, id) => [token, id])),
    merges: MERGES,
  },
};

/** The same weights every time. @param paddingBytes spaces after the tokenizer, for a student that takes longer to download */
export async function writeSmallTeacher(dir: string, paddingBytes = 0): Promise<void> {
  const random = seededRandom(7);
  const tensors: Record<string, TensorData> = {};
  for (const [name, shape] of gpt2(CONFIG).tensorShapes()) {
    if (name in tensors) continue;
    const size = shape.reduce((product, side) => product * side, 1);
    const isNorm = /ln_.*weight$/.test(name);
    const data = Float32Array.from({ length: size }, () => (isNorm ? 1 : 0) + 0.5 * (random() - 0.5));
    tensors[name] = { shape, data };
  }
  await writeModelFolder(dir, {
    config: CONFIG,
    tensors,
    extraFiles: {
      'tokenizer.json': JSON.stringify(TOKENIZER) + ' '.repeat(paddingBytes),
      'tokenizer_config.json': '{}',
    },
  });
}
