/** @file Texts that a command is given: words of the command line, lines of a file, or of standard input where a word is `-`. */

import { buffer } from 'node:stream/consumers';
import { SoftpostError } from '@softpost/shared/errors';
import { readText } from '@softpost/shared/artifact/read-file';

/** Several messages' worth. */
const MAX_BYTES = 4 << 20;

/** One text a line; empty lines are none. @throws SoftpostError FILE_NOT_FOUND, BAD_DATA_FILE */
export async function linesOf(file: string): Promise<readonly string[]> {
  return linesIn(await readText(file, { maxBytes: MAX_BYTES, code: 'BAD_DATA_FILE' }));
}

/** Each word is a text, and `-` stands for the lines of standard input. @throws SoftpostError BAD_DATA_FILE */
export async function textsOf(words: readonly string[]): Promise<readonly string[]> {
  const lines = words.includes('-') ? linesIn(await standardInput()) : [];
  return words.flatMap((word) => (word === '-' ? lines : [word]));
}

/** The word, or for `-` all of standard input but for the newline at its end. @throws SoftpostError BAD_DATA_FILE */
export async function textOf(word: string): Promise<string> {
  return word === '-' ? (await standardInput()).replace(/\r?\n$/, '') : word;
}

function linesIn(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

async function standardInput(): Promise<string> {
  const bytes = await buffer(limited(process.stdin));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SoftpostError('BAD_DATA_FILE', 'standard input is not UTF-8 text', { cause });
  }
}

async function* limited(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of input) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new SoftpostError('BAD_DATA_FILE', `standard input is longer than ${MAX_BYTES} bytes`);
    yield chunk;
  }
}
