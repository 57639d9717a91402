/** @file Orders and splits that depend on the content only, so that adding an item moves no other. */
import { createHash } from 'node:crypto';

/** A number in [0, 1) that is a function of the seed and the key. */
export function draw(seed: number, key: string): number {
  return createHash('sha256').update(`${seed}\n${key}`).digest().readUInt32BE() / 2 ** 32;
}

/** The items in the order of their draws. */
export function shuffled<T>(items: readonly T[], seed: number, key: (item: T) => string): readonly T[] {
  return items
    .map((item) => ({ item, at: draw(seed, key(item)) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
