/** @file Training and held-out rows of a corpus. A paragraph's own text decides its side, so repeated ones cannot leak across. */

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isSoftpostError, SoftpostError } from '@softpost/shared/errors';
import type { Architecture } from '@softpost/shared/model/architecture';
import { packTokens, readCorpus } from '@softpost/shared/text/corpus';
import type { Tokenizer } from '@softpost/shared/text/tokenizer';
import type { DistillOptions } from './distill-options.ts';

export interface CorpusRows {
  /** [rows][length] */
  readonly train: readonly Int32Array[];
  readonly heldOut: readonly Int32Array[];
}

interface PlacedText {
  /** In [0, 1): below `heldOutShare` lies what is held out. */
  readonly place: number;
  readonly text: string;
}

/** More bytes than a token has on average, so that rarely too little text is kept. */
const BYTES_PER_TOKEN = 6;

/**
 * Reads as much of the corpus, evenly over the file, as the run can use: tokenising is slow, and a corpus may be larger than
 * memory.
 * @throws BAD_DATA_FILE when either side does not fill one row, BAD_OPTION when special tokens alone fill it, FILE_NOT_FOUND
 */
export async function readCorpusRows(
  tokenizer: Tokenizer,
  kind: Architecture['kind'],
  options: Pick<DistillOptions, 'corpusFile' | 'steps' | 'batch' | 'length' | 'heldOutShare' | 'heldOutRows' | 'seed'>,
): Promise<CorpusRows> {
  const { corpusFile, steps, batch, length, heldOutShare, heldOutRows, seed } = options;
  const trainRows = Math.max(batch, steps * batch);
  const bytes = await stat(corpusFile).then(
    ({ size }) => size,
    () => 0, // reading it will say what is wrong
  );
  const shareFor = (rows: number): number => (rows * length * BYTES_PER_TOKEN) / Math.max(1, bytes);
  const heldOutEnd = Math.min(heldOutShare, shareFor(heldOutRows));
  const trainEnd = heldOutShare + Math.min(1, shareFor(trainRows)) * (1 - heldOutShare);

  const frame = frameOf(tokenizer, kind);
  if (length <= frame.before.length + frame.after.length)
    throw new SoftpostError(
      'BAD_OPTION',
      `length ${length} leaves no room for text between the special tokens of a row`,
    );

  const kept: PlacedText[] = [];
  for await (const text of readCorpus(corpusFile)) {
    const place = uniformHash(text, seed);
    if (place < heldOutEnd || (place >= heldOutShare && place < trainEnd)) kept.push({ place, text });
  }
  // What is kept beyond need is cut off, so the order must be a random one too.
  const ordered = kept.toSorted((a, b) => a.place - b.place);
  const texts = (isWanted: (place: number) => boolean): readonly string[] =>
    ordered.filter(({ place }) => isWanted(place)).map(({ text }) => text);
  const heldOut = texts((place) => place < heldOutShare);
  const train = texts((place) => place >= heldOutShare);
  return {
    train: await pack(`${corpusFile}: training part`, train, tokenizer, frame, length, trainRows),
    heldOut: await pack(`${corpusFile}: held-out part`, heldOut, tokenizer, frame, length, heldOutRows),
  };
}

async function pack(
  what: string,
  texts: readonly string[],
  tokenizer: Tokenizer,
  { before, after }: Frame,
  length: number,
  most: number,
): Promise<readonly Int32Array[]> {
  const rows: Int32Array[] = [];
  try {
    for await (const row of packTokens(texts, tokenizer, length - before.length - after.length)) {
      rows.push(Int32Array.of(...before, ...row, ...after));
      if (rows.length === most) break;
    }
  } catch (cause) {
    if (!isSoftpostError(cause) || cause.code !== 'BAD_DATA_FILE') throw cause;
    throw new SoftpostError('BAD_DATA_FILE', `${what}: ${cause.message}`, { cause });
  }
  return rows;
}

/** What a tokenizer puts around a text ([CLS] and [SEP], or a start token): a model sees no input without it. */
interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A causal model's inputs go on, so they have no end. */
function frameOf(tokenizer: Tokenizer, kind: Architecture['kind']): Frame {
  const nothing = tokenizer.encode('', { specialTokens: true });
  const something = tokenizer.encode('a', { specialTokens: true });
  const differs = nothing.findIndex((id, index) => id !== something[index]);
  const end = differs < 0 ? nothing.length : differs;
  return { before: nothing.slice(0, end), after: kind === 'masked' ? nothing.slice(end) : [] };
}

/** A number in [0, 1) that looks random and depends on the text and the seed alone. */
function uniformHash(text: string, seed: number): number {
  return createHash('sha256').update(`${seed} ${text}`).digest().readUIntBE(0, 6) / 2 ** 48;
}
