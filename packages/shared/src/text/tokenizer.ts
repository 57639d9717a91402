/** @file Text to token ids and back, with the tokenizer of a Hugging Face model folder. */
import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import * as z from 'zod';
import { checkValue, readJson, shortPath } from '../artifact/read-file.ts';
import { SoftpostError } from '../errors.ts';
import { SpecialTokenNames, findSpecialTokens, type SpecialTokens } from './special-tokens.ts';

export interface SpecialTokenOption {
  /** `encode`: add those of the tokenizer's post-processor ([CLS] .. [SEP], BOS). `decode`: show special tokens. */
  readonly specialTokens: boolean;
}

export interface Tokenizer extends SpecialTokens {
  /** Number of ids: the highest one plus one. */
  readonly vocabSize: number;
  /** The mask token as it is written, `undefined` where there is none. */
  readonly maskToken: string | undefined;
  /** Ids of every token that no plain text may become: those marked special, and the unknown token. */
  readonly specialIds: ReadonlySet<number>;
  /** Special tokens written out in `text` ARE taken as such: put text of others through {@link asPlainText} first. */
  encode(text: string, option: SpecialTokenOption): number[];
  decode(ids: readonly number[], option: SpecialTokenOption): string;
  /** `text` with a space inside every written special token (`<mask>` becomes `< mask>`), so that it is only text. */
  asPlainText(text: string): string;
}

/** The part of the library that is used. Its own declarations do not resolve under Node's module rules. */
interface LibraryTokenizer {
  encode(text: string, options?: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
  decode(
    ids: number[],
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean },
  ): string;
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
}
const Library = HuggingFaceTokenizer as new (tokenizer: unknown, config: object) => LibraryTokenizer;

/** The largest that Hugging Face models have (a vocabulary of 262,144) takes half of it. */
const FILE_LIMITS = { maxBytes: 64 << 20, code: 'BAD_TOKENIZER' } as const;

/** Bounds the vocabulary: ids index dense tables, and the file may come from another party. */
const TokenId = z.int().min(0).max(0xff_ffff);

const TokenizerFile = z.looseObject({
  added_tokens: z.array(
    z.looseObject({ id: TokenId, content: z.string().min(1), special: z.boolean().default(false) }),
  ),
  model: z.looseObject({ vocab: z.union([z.record(z.string(), TokenId), z.array(z.tuple([z.string(), z.number()]))]) }),
});

/**
 * Loads `tokenizer.json` and `tokenizer_config.json` of a model folder.
 *
 * @throws SoftpostError FILE_NOT_FOUND; BAD_TOKENIZER naming the file when it is not a usable tokenizer
 */
export async function loadTokenizer(modelDir: string): Promise<Tokenizer> {
  const path = join(modelDir, 'tokenizer.json');
  const json = await readJson(path, z.unknown(), FILE_LIMITS);
  const file = checkValue(shortPath(path), json, TokenizerFile, FILE_LIMITS.code);
  const names = await readJson(join(modelDir, 'tokenizer_config.json'), SpecialTokenNames, FILE_LIMITS);
  const tokenizer = build(path, json, names);

  const added = new Map(file.added_tokens.map((token) => [token.content, token]));
  const special = findSpecialTokens(
    names,
    (token) => tokenizer.token_to_id(token),
    (token) => added.get(token)?.special === true,
  );
  const specialTokens = file.added_tokens.filter((token) => token.special);
  const written = specialTokenPattern(specialTokens.map((token) => token.content));
  const specialIds = new Set(specialTokens.map((token) => token.id));
  for (const id of [special.unkId, special.maskId]) if (id !== undefined) specialIds.add(id);

  return {
    ...special,
    vocabSize: countIds(file),
    maskToken: special.maskId === undefined ? undefined : tokenizer.id_to_token(special.maskId),
    specialIds,
    encode(text, option) {
      const { ids } = tokenizer.encode(text, { add_special_tokens: option.specialTokens });
      if (!ids.every(Number.isInteger))
        throw new SoftpostError('BAD_TOKENIZER', `${path}: has neither a token for some text nor an unknown token`);
      return ids;
    },
    decode(ids, option) {
      if (ids.length === 0) return '';
      return tokenizer.decode([...ids], {
        skip_special_tokens: !option.specialTokens,
        clean_up_tokenization_spaces: false,
      });
    },
    asPlainText: (text) => text.replace(written, breakUp),
  };
}

function build(path: string, json: unknown, names: object): LibraryTokenizer {
  try {
    const tokenizer = new Library(json, names);
    // A faulty pre-tokenizer or post-processor shows only when it is used.
    tokenizer.encode('a');
    return tokenizer;
  } catch (cause) {
    throw new SoftpostError('BAD_TOKENIZER', `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function countIds({ added_tokens, model: { vocab } }: z.infer<typeof TokenizerFile>): number {
  const ids = Array.isArray(vocab) ? vocab.keys() : Object.values(vocab);
  let highest = -1;
  for (const id of ids) highest = Math.max(highest, id);
  for (const { id } of added_tokens) highest = Math.max(highest, id);
  return highest + 1;
}

/** Matches any of `tokens`, the longest where several begin. A token of one character cannot be broken up. */
function specialTokenPattern(tokens: readonly string[]): RegExp {
  const alternatives = tokens
    .filter((token) => token.length > 1)
    .toSorted((a, b) => b.length - a.length)
    .map((token) => token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(alternatives.join('|') || '(?!)', 'gu');
}

function breakUp(token: string): string {
  const first = String.fromCodePoint(token.codePointAt(0) ?? 0);
  return `${first} ${token.slice(first.length)}`;
}
