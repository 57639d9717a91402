/** @file A text in the task's template becomes model input with one scored position. */
import { SoftpostError } from '../errors.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Where a model reads its answer: at the last token (causal) or at the mask token (masked). */
export type ModelKind = 'causal' | 'masked';

export interface EncodedText {
  /** Token ids of the model input, special tokens included; no padding, no virtual tokens. */
  readonly inputIds: Int32Array;
  /** Index into `inputIds` of the position whose logits are the answer. */
  readonly scoredIndex: number;
}

export type TaskEncoder = (text: string) => EncodedText;

/**
 * Tokens that the end of a long text must make beyond the limit. Where characters were cut off, the first word may have
 * other tokens than in the whole text (100 at most in WordPiece): with this surplus they are among those dropped.
 */
const SURPLUS = 128;

/** Characters of a text that the tokens behind it can depend on: more than a word. */
const NEIGHBOURHOOD = 128;

/**
 * Characters per token: the first guess (English has 4 to 5), which is doubled up to the limit while the end of a text makes
 * too few tokens. Only endless white space or endless words (one unknown token in WordPiece) reach the limit; they are cut.
 */
const CHARACTERS_PER_TOKEN = { guess: 5, limit: 80 } as const;

/** What is wrong with the placeholders of `template`, or `undefined`. */
export function templateFault(template: string): string | undefined {
  if (template.split('{text}').length !== 2) return 'must have {text} exactly once';
  if (template.split('{mask}').length > 2) return 'may have {mask} only once';
  return undefined;
}

/**
 * Prepares the encoding of many texts with one template.
 *
 * Causal: the template ends before `{mask}`, without the white space there, and the last token is scored. Masked: `{mask}`
 * (appended where missing) is the mask token, and scored. The filled template is tokenised as a whole. A text that is too
 * long loses tokens on its LEFT; the template, the special tokens and the mask stay. Special tokens that the text spells
 * out are only text.
 *
 * @param maxLength most tokens of an input; virtual tokens are not counted
 * @throws SoftpostError BAD_TASK_FILE when the template does not suit the model kind, BAD_TOKENIZER when a masked model's
 *   tokenizer has no mask token, TEXT_TOO_LONG when the template alone exceeds `maxLength`
 */
export function createTaskEncoder(
  tokenizer: Tokenizer,
  kind: ModelKind,
  template: string,
  maxLength: number,
): TaskEncoder {
  const { before, after } = kind === 'causal' ? causalTemplate(template) : maskedTemplate(tokenizer, template);
  const encode = (text: string): number[] => tokenizer.encode(text, { specialTokens: true });
  const fill = (text: string): number[] =>
    kind === 'causal'
      ? causalInput(encode((before + text + after).trimEnd()), tokenizer)
      : maskedInput(encode(before + text + after), tokenizer, before);

  const bare = fill('');
  if (bare.length > maxLength)
    throw new SoftpostError('TEXT_TOO_LONG', `the template takes ${bare.length} tokens, the limit is ${maxLength}`);
  const trailingSpecials = encode('').length - commonPrefix(encode(''), encode('a'));
  // A space between template and text belongs to the text's first token, as in every subword vocabulary.
  const head = encode(before.replace(/ $/, ''));
  head.length -= trailingSpecials;

  const room = maxLength - head.length;

  const fit = (text: string): readonly number[] => {
    const { end, ids } = encodeEnd(text);
    if (ids.length <= maxLength) return ids;
    return tokensBehind(end) <= room ? [...head, ...ids.slice(ids.length - room)] : bare;
  };

  /** How many tokens the template takes behind a text; the text's last word may split or join its first one. */
  const tokensBehind = (text: string): number => {
    const end = text.slice(-NEIGHBOURHOOD);
    const ids = fill(end);
    return ids.length - commonPrefix(ids, encode(before + end));
  };

  /** Encodes as much of the end of `text` as can matter, so that a text of megabytes costs no more than a long one. */
  const encodeEnd = (text: string): { readonly end: string; readonly ids: readonly number[] } => {
    for (let perToken: number = CHARACTERS_PER_TOKEN.guess; ; perToken *= 2) {
      const size = perToken * (maxLength + SURPLUS);
      const end = tokenizer.asPlainText(text.slice(-size));
      const ids = fill(end);
      const enough = size >= text.length || ids.length >= maxLength + SURPLUS;
      if (enough || perToken === CHARACTERS_PER_TOKEN.limit) return { end, ids };
    }
  };

  return (text) => {
    const ids = fit(text);
    return {
      inputIds: Int32Array.from(ids),
      scoredIndex: kind === 'causal' ? ids.length - 1 : ids.indexOf(tokenizer.maskId ?? -1),
    };
  };
}

interface TemplateParts {
  readonly before: string;
  readonly after: string;
}

function splitAtText(template: string): TemplateParts {
  const fault = templateFault(template);
  if (fault) throw new SoftpostError('BAD_TASK_FILE', `template ${fault}`);
  const [before = '', after = ''] = template.split('{text}');
  return { before, after };
}

function causalTemplate(template: string): TemplateParts {
  const { before, after } = splitAtText(template);
  if (before.includes('{mask}'))
    throw new SoftpostError('BAD_TASK_FILE', 'template must have {text} before {mask} for a causal model');
  const [cut = ''] = after.split('{mask}');
  return { before, after: cut.trimEnd() };
}

function maskedTemplate({ maskToken }: Tokenizer, template: string): TemplateParts {
  if (maskToken === undefined)
    throw new SoftpostError(
      'BAD_TOKENIZER',
      'the tokenizer has no mask token, so the model cannot be used as a masked one',
    );
  if (template.includes(maskToken))
    throw new SoftpostError('BAD_TASK_FILE', `template must have {mask} in place of ${maskToken}`);
  const { before, after } = splitAtText(template.includes('{mask}') ? template : `${template} {mask}`);
  return { before: before.replace('{mask}', () => maskToken), after: after.replace('{mask}', () => maskToken) };
}

/** An input needs a token to be scored at: nothing at all (empty text, template `{text}`) becomes the start token. */
function causalInput(ids: number[], { bosId, padId }: Tokenizer): number[] {
  return ids.length > 0 ? ids : [bosId ?? padId];
}

/** Drops masks that are not the template's: a normalizer may make one of characters that were not spelled as one. */
function maskedInput(ids: number[], { maskId, maskToken = '' }: Tokenizer, before: string): number[] {
  const own = maskId === undefined ? -1 : before.includes(maskToken) ? ids.indexOf(maskId) : ids.lastIndexOf(maskId);
  if (own === -1)
    throw new SoftpostError('BAD_TOKENIZER', `the tokenizer does not take ${maskToken} as its mask token`);
  return ids.filter((id, index) => id !== maskId || index === own);
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const limit = Math.min(a.length, b.length);
  for (let i = 0; i < limit; i++) if (a[i] !== b[i]) return i;
  return limit;
}
