/** @file Tokens to text piece by piece: only whole characters come out, and the pieces joined are the text of all tokens. */

import type { Tokenizer } from '@softpost/shared/text/tokenizer';

export interface TextStream {
  /** The text that a token adds; empty while a character is incomplete. */
  push(id: number): string;
}

/** Tokens before the first: what a token reads as can depend on what stands before it (the space of SentencePiece). */
const CONTEXT = 6;

/** What a decoder writes for bytes that are no character, or not yet one. */
const INCOMPLETE = '\uFFFD';

/** A character has at most four bytes, so more tokens than this without one are no text at all: they are shown as they are. */
const LONGEST_WAIT = 16;

/** @param before the tokens that the text goes on from */
export function createTextStream(tokenizer: Tokenizer, before: readonly number[]): TextStream {
  // Decoding starts at tokens whose text is out already: the difference is the piece, and long texts cost no more.
  let known = before.slice(-CONTEXT);
  let fresh: number[] = [];
  const decode = (ids: readonly number[]): string => tokenizer.decode(ids, { specialTokens: false });
  return {
    push: (id) => {
      fresh.push(id);
      const shown = decode(known);
      const text = decode([...known, ...fresh]);
      if (text.endsWith(INCOMPLETE) && fresh.length < LONGEST_WAIT) return '';
      if (text.length > shown.length) {
        known = fresh;
        fresh = [];
      }
      return text.slice(shown.length);
    },
  };
}
