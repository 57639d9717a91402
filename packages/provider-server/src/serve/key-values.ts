/** @file Keys and values of earlier tokens in memory: caches of sequences, and moving what lies in them. */

import { SoftpostError } from '@softpost/shared/errors';
import type { Architecture } from '@softpost/shared/model/architecture';

/** Keys and values of every layer for B sequences of T places, each array [B, KV, T, d]. */
export interface KeyValues {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
  readonly places: number;
}

/** Bytes that one token of one sequence takes. */
export function bytesPerPlace({ layers, attention: { keyValueHeads, headSize } }: Architecture): number {
  return 2 * layers * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
}

/** Zeros: what is masked counts 0 times its value, so it must be finite. */
export function emptyCache({ layers, attention }: Architecture, batch: number, places: number): KeyValues {
  const size = batch * attention.keyValueHeads * places * attention.headSize;
  const arrays = (): readonly Float32Array[] => Array.from({ length: layers }, () => new Float32Array(size));
  return { keys: arrays(), values: arrays(), places };
}

/** Some sequences of a cache, not copied. */
export function sequencesOf(cache: KeyValues, { attention }: Architecture, first: number, count: number): KeyValues {
  const size = attention.keyValueHeads * cache.places * attention.headSize;
  const part = (arrays: readonly Float32Array[]): readonly Float32Array[] =>
    arrays.map((array) => array.subarray(first * size, (first + count) * size));
  return { keys: part(cache.keys), values: part(cache.values), places: cache.places };
}

interface Spot {
  readonly cache: KeyValues;
  readonly sequence: number;
}

/** Copies the first `count` places of a sequence into another cache, from place `at` on. */
export function copyPlaces(
  { attention: { keyValueHeads, headSize } }: Architecture,
  from: Spot,
  to: Spot & { readonly at: number },
  count: number,
): void {
  const copy = (source: Float32Array, target: Float32Array): void => {
    for (let head = 0; head < keyValueHeads; head++) {
      const begin = (from.sequence * keyValueHeads + head) * from.cache.places * headSize;
      target.set(
        source.subarray(begin, begin + count * headSize),
        ((to.sequence * keyValueHeads + head) * to.cache.places + to.at) * headSize,
      );
    }
  };
  from.cache.keys.forEach((source, layer) => copy(source, to.cache.keys[layer]!));
  from.cache.values.forEach((source, layer) => copy(source, to.cache.values[layer]!));
}

/** @throws NON_FINITE */
export function checkFiniteCache({ keys, values }: KeyValues): void {
  if (![...keys, ...values].every((array) => array.every(Number.isFinite)))
    throw new SoftpostError('NON_FINITE', 'the model gives keys or values that are not finite for this prompt');
}
