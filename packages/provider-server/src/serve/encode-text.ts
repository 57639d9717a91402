/** @file A text to go on from, as tokens. */

import { SoftpostError } from '@softpost/shared/errors';
import type { Architecture } from '@softpost/shared/model/architecture';
import type { Tokenizer } from '@softpost/shared/text/tokenizer';

/** No ordinary text has so many characters in a token: with more the text is refused before it costs anything. */
const CHARACTERS_PER_TOKEN = 32;

/** Special tokens spelled out in it are only text; of nothing at all the start token is made. @throws CONTEXT_TOO_LONG */
export function encodeText(tokenizer: Tokenizer, { maxPositions }: Architecture, text: string): readonly number[] {
  const most = CHARACTERS_PER_TOKEN * maxPositions;
  if (text.length > most)
    throw new SoftpostError(
      'CONTEXT_TOO_LONG',
      `a text of ${text.length} characters; at most ${most} are read for the ${maxPositions} positions of the model`,
    );
  const ids = tokenizer.encode(tokenizer.asPlainText(text), { specialTokens: true });
  return ids.length > 0 ? ids : [tokenizer.bosId ?? tokenizer.padId];
}
