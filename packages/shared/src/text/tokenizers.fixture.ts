/** @file Tokenizers for tests: the real reference models where present, and small ones of the BERT and RoBERTa kind. */
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** A path from the repository root, if it is there. */
export function fromRoot(...candidates: readonly string[]): string | undefined {
  return candidates.map((path) => join(ROOT, path)).find((path) => existsSync(path));
}

/** GPT-2 kind: byte-level BPE, no post-processing. */
export const REFERENCE_MODEL = fromRoot('models/softpost-ref-clm');
/** Llama kind: SentencePiece BPE with byte fallback, BOS. */
export const LLAMA_MODEL = fromRoot('../shared/models/stories260k');

/** Writes a model folder with only a tokenizer in it. */
export async function writeTokenizer(tokenizer: unknown, config: unknown = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'softpost-tokenizer-'));
  await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(dir, 'tokenizer_config.json'), JSON.stringify(config));
  return dir;
}

const added = (id: number, content: string, more: object = {}): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...more,
});

const idsByPosition = (tokens: readonly string[]): Record<string, number> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');
const BERT_VOCABULARY = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  ...LETTERS,
  ...LETTERS.map((letter) => `##${letter}`),
  ...Array.from('.,:;!?[]<>|/-"'),
  'it',
  'was',
  'review',
  'the',
  'film',
  'good',
  'bad',
  'great',
  'terr',
  '##ible',
  'mask',
  'and',
];

/** BERT kind: lower-case WordPiece. `mask` overrides properties of its mask token. */
export const bertTokenizer = (mask: object = {}): object => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: BERT_VOCABULARY.slice(0, 5).map((token, id) => added(id, token, token === '[MASK]' ? mask : {})),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: idsByPosition(BERT_VOCABULARY),
  },
});

/** The 256 characters that byte-level BPE writes bytes as: printable ones as themselves, others from U+0100 on. */
const BYTE_CHARACTERS = Array.from({ length: 256 }, (_, byte) => byte).map((byte, _, bytes) => {
  const printable = (b: number): boolean => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  return String.fromCharCode(printable(byte) ? byte : 256 + bytes.slice(0, byte).filter((b) => !printable(b)).length);
});
const ROBERTA_MERGES = [
  'Ġ t',
  'h e',
  'Ġt he',
  'Ġ g',
  'o o',
  'Ġg oo',
  'Ġgoo d',
  'Ġ b',
  'a d',
  'Ġb ad',
  'Ġ w',
  'a s',
  'Ġw as',
  'Ġ I',
  'ĠI t',
];
const ROBERTA_VOCABULARY = [
  '<s>',
  '<pad>',
  '</s>',
  '<unk>',
  ...BYTE_CHARACTERS,
  ...ROBERTA_MERGES.map((merge) => merge.replace(' ', '')),
  '<mask>',
];

/** RoBERTa kind: byte-level BPE, `<mask>` takes the space before it. */
export const robertaTokenizer = (): object => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [
    ...ROBERTA_VOCABULARY.slice(0, 4).map((token, id) => added(id, token)),
    added(ROBERTA_VOCABULARY.length - 1, '<mask>', { lstrip: true }),
  ],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: 'RobertaProcessing',
    sep: ['</s>', 2],
    cls: ['<s>', 0],
    trim_offsets: true,
    add_prefix_space: false,
  },
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
    vocab: idsByPosition(ROBERTA_VOCABULARY),
    merges: ROBERTA_MERGES,
  },
});
