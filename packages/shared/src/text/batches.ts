/** @file Batches of similar length, padded on the right so that a soft prompt always stands directly before the text. */
import type { EncodedText } from './template.ts';

/** B inputs of one length L. */
export interface PaddedBatch {
  /** [B, L] row-major; positions at and after an input's length hold the padding id. */
  readonly inputIds: Int32Array;
  /** B */
  readonly batch: number;
  /** L */
  readonly length: number;
  /** [B] tokens of each input before padding. */
  readonly lengths: Int32Array;
  /** [B] scored position of each input. */
  readonly scored: Int32Array;
}

/**
 * Groups indices by similar length, shortest first, so that little is spent on padding. Covers every index once, and is
 * the same for the same lengths.
 */
export function lengthBuckets(lengths: readonly number[], batchSize: number): readonly (readonly number[])[] {
  const order = [...lengths.keys()].toSorted((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
  const buckets: number[][] = [];
  for (let start = 0; start < order.length; start += batchSize) buckets.push(order.slice(start, start + batchSize));
  return buckets;
}

/**
 * Pads inputs to the longest of them.
 *
 * @param multipleOf L is rounded up to a multiple of it, so that fewer shapes occur
 */
export function padRight(examples: readonly EncodedText[], padId: number, multipleOf = 1): PaddedBatch {
  const lengths = Int32Array.from(examples, ({ inputIds }) => inputIds.length);
  const length = Math.ceil(lengths.reduce((a, b) => Math.max(a, b), 0) / multipleOf) * multipleOf;
  const inputIds = new Int32Array(examples.length * length).fill(padId);
  for (const [row, example] of examples.entries()) inputIds.set(example.inputIds, row * length);
  return {
    inputIds,
    batch: examples.length,
    length,
    lengths,
    scored: Int32Array.from(examples, ({ scoredIndex }) => scoredIndex),
  };
}
