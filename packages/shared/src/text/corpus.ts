/** @file A plain-text corpus as rows of tokens for language-model training (distillation, step 1 of POST). */
import { SoftpostError } from '../errors.ts';
import { readLines } from './lines.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Streams the paragraphs of a UTF-8 file, one a line, blank lines left out.
 *
 * @throws SoftpostError FILE_NOT_FOUND; BAD_DATA_FILE with the line for invalid UTF-8, or when there is no paragraph
 */
export async function* readCorpus(path: string): AsyncGenerator<string> {
  let empty = true;
  for await (const { text } of readLines(path)) {
    const paragraph = text.trim();
    if (paragraph === '') continue;
    empty = false;
    yield paragraph;
  }
  if (empty) throw new SoftpostError('BAD_DATA_FILE', `${path}: has no text`);
}

/**
 * Packs texts into rows of exactly `length` tokens: each text is followed by the end (or separator) token, and what is
 * left over after the last full row is dropped. Special tokens that a text spells out are only text.
 *
 * @returns rows, each [length]
 * @throws SoftpostError BAD_DATA_FILE when the texts do not fill one row
 */
export async function* packTokens(
  texts: AsyncIterable<string> | Iterable<string>,
  tokenizer: Tokenizer,
  length: number,
): AsyncGenerator<Int32Array> {
  const endId = tokenizer.eosId ?? tokenizer.sepId;
  let row = new Int32Array(length);
  let filled = 0;
  let rows = 0;
  for await (const text of texts) {
    const ids = tokenizer.encode(tokenizer.asPlainText(text), { specialTokens: false });
    if (endId !== undefined) ids.push(endId);
    for (const id of ids) {
      row[filled++] = id;
      if (filled < length) continue;
      yield row;
      row = new Int32Array(length);
      filled = 0;
      rows++;
    }
  }
  if (rows === 0)
    throw new SoftpostError('BAD_DATA_FILE', `the corpus has only ${filled} tokens, fewer than one row of ${length}`);
}
