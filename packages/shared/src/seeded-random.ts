/** @file Reproducible random numbers for data order and initial values. Never for privacy: noise and sampling have their own source. */

/**
 * Uniform numbers in [0, 1), the same for the same seed.
 * The generator is SFC32 (Doty-Humphrey, PractRand).
 */
export function seededRandom(seed: number): () => number {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return (result >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** The numbers 0 to count - 1 in random order (Fisher-Yates). */
export function seededOrder(count: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/**
 * The batch of one step when all records are seen once per epoch in a new order: a function of the step alone, so that a
 * resumed run goes on with the same batches.
 */
export function epochBatch(count: number, batchSize: number, step: number, seed: number): Int32Array {
  const size = Math.min(batchSize, count);
  const perEpoch = Math.floor(count / size);
  const epoch = Math.floor(step / perEpoch);
  const start = (step % perEpoch) * size;
  return seededOrder(count, seed + epoch * 2 ** 32).slice(start, start + size);
}
