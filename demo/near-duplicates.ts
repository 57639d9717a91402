/** @file Groups texts that are copies of one another, word for word or nearly. */

/** Runs of this many words are compared. */
const SHINGLE_WORDS = 3;

/**
 * The cluster of each text: the index of its first member. Two texts are near duplicates when the Jaccard similarity of their sets of
 * three-word runs (lower case, letters only) is at least `threshold`; clusters are the connected components of that relation.
 * The comparison is exact (an inverted index, no hashing), so two runs give the same clusters.
 */
export function nearDuplicateClusters(texts: readonly string[], threshold = 0.5): readonly number[] {
  const shingleSets = texts.map(shingles);
  const holders = new Map<string, number[]>();
  const parent = texts.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at]!;
    return at;
  };
  shingleSets.forEach((set, i) => {
    const shared = new Map<number, number>();
    for (const shingle of set) {
      const earlier = holders.get(shingle) ?? [];
      for (const j of earlier) shared.set(j, (shared.get(j) ?? 0) + 1);
      holders.set(shingle, [...earlier, i]);
    }
    for (const [j, count] of shared) {
      if (count / (set.size + shingleSets[j]!.size - count) < threshold) continue;
      const [low, high] = [root(i), root(j)].toSorted((a, b) => a - b);
      parent[high!] = low!;
    }
  });
  return texts.map((_, i) => root(i));
}

function shingles(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.length < SHINGLE_WORDS) return new Set([words.join(' ')]);
  return new Set(words.slice(SHINGLE_WORDS - 1).map((_, i) => words.slice(i, i + SHINGLE_WORDS).join(' ')));
}
