/** @file Random batches of similar length, so that little is spent on padding. */

import { seededOrder } from '@softpost/shared/seeded-random';
import { lengthBuckets } from '@softpost/shared/text/batches';

/** Batches whose members are sorted together: large enough to find similar lengths, small enough to stay random. */
const WINDOW = 16;

/**
 * The batch of a step: each item once per epoch, windows of the shuffled items sorted by length, batches in random order.
 * A function of the step alone, so that a resumed run goes on with the same batches.
 */
export function bucketedBatch(
  lengths: readonly number[],
  batchSize: number,
  step: number,
  seed: number,
): readonly number[] {
  const size = Math.min(batchSize, lengths.length);
  const perEpoch = Math.floor(lengths.length / size);
  const epoch = Math.floor(step / perEpoch);
  const epochSeed = seed + epoch * 2 ** 32;
  const order = [...seededOrder(lengths.length, epochSeed)].slice(0, perEpoch * size);
  const batches: (readonly number[])[] = [];
  for (let first = 0; first < order.length; first += WINDOW * size) {
    const window = order.slice(first, first + WINDOW * size);
    for (const bucket of lengthBuckets(
      window.map((index) => lengths[index]!),
      size,
    ))
      batches.push(bucket.map((position) => window[position]!));
  }
  return batches[seededOrder(batches.length, epochSeed)[step % perEpoch]!]!;
}
