/** @file Which tokens of a tokenizer play the special roles: beginning, end, separator, mask, unknown, padding. */
import * as z from 'zod';

const TokenName = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform((token) => token.content)])
  .nullish();

/** The part of `tokenizer_config.json` that names the special tokens. `null` says that there is none. */
export const SpecialTokenNames = z.looseObject({
  bos_token: TokenName,
  eos_token: TokenName,
  sep_token: TokenName,
  mask_token: TokenName,
  unk_token: TokenName,
  pad_token: TokenName,
});

/** Token ids of the special roles; `undefined` where the tokenizer has no such token. */
export interface SpecialTokens {
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly sepId: number | undefined;
  readonly maskId: number | undefined;
  readonly unkId: number | undefined;
  /** Falls back to the end token, then to 0: softpost pads on the right and never scores a padded position. */
  readonly padId: number;
}

/**
 * The names that GPT-2, BERT and RoBERTa publish their tokenizers with. Their `tokenizer_config.json` names no tokens,
 * because Hugging Face's classes know them by heart.
 */
const CONVENTIONS = {
  bos_token: ['<s>', '<|endoftext|>'],
  eos_token: ['</s>', '<|endoftext|>'],
  sep_token: ['[SEP]', '</s>'],
  mask_token: ['[MASK]', '<mask>'],
  unk_token: ['[UNK]', '<unk>'],
  pad_token: ['[PAD]', '<pad>'],
} as const;

/**
 * Finds the special roles.
 *
 * @param names what the configuration names
 * @param idOf id of a token in the whole vocabulary
 * @param isSpecial whether the tokenizer itself marks a token as special; only such tokens count by convention
 */
export function findSpecialTokens(
  names: z.infer<typeof SpecialTokenNames>,
  idOf: (token: string) => number | undefined,
  isSpecial: (token: string) => boolean,
): SpecialTokens {
  const find = (role: keyof typeof CONVENTIONS): number | undefined => {
    const named = names[role];
    if (named === null) return undefined;
    const name = named ?? CONVENTIONS[role].find(isSpecial);
    return name === undefined ? undefined : idOf(name);
  };
  const eosId = find('eos_token');
  return {
    bosId: find('bos_token'),
    eosId,
    sepId: find('sep_token'),
    maskId: find('mask_token'),
    unkId: find('unk_token'),
    padId: find('pad_token') ?? eosId ?? 0,
  };
}
