/** @file The two verifications of RFC 9162: they read a proof that a stranger wrote, and use all of it or refuse. */

import { nodeHash, type Hash } from './merkle-tree.ts';

/** Far above any log here, and what 32-bit shifts can count. */
export const MAX_TREE_SIZE = 2 ** 31 - 1;

/** Root of the tree in which a leaf stands at `index` of `size` leaves; undefined if `path` proves nothing (section 2.1.3.2). */
export function rootFromInclusion(leaf: Hash, index: number, size: number, path: readonly Hash[]): Hash | undefined {
  if (!isCount(index) || !isCount(size) || index >= size || !path.every(isHash)) return undefined;
  let [node, last] = [index, size - 1];
  let root = leaf;
  for (const sibling of path) {
    if (last === 0) return undefined;
    if ((node & 1) === 1 || node === last) {
      root = nodeHash(sibling, root);
      // Up to where this subtree is a left child: it had no sibling on its right before.
      for (; (node & 1) === 0 && node !== 0; node >>>= 1) last >>>= 1;
    } else {
      root = nodeHash(root, sibling);
    }
    node >>>= 1;
    last >>>= 1;
  }
  return last === 0 ? root : undefined;
}

export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/** Whether the leaves of `from` are the first ones of `to` (section 2.1.4.2). The empty tree is the beginning of every tree, without a path. */
export function isConsistent(from: TreeHead, to: TreeHead, path: readonly Hash[]): boolean {
  if (!isCount(from.size) || !isCount(to.size) || from.size > to.size || !path.every(isHash)) return false;
  if (from.size === 0) return path.length === 0;
  if (from.size === to.size) return path.length === 0 && equal(from.root, to.root);
  // A tree of 2^n leaves is a subtree of the larger one, so its root is not repeated in the path.
  const [first, ...rest] = (from.size & (from.size - 1)) === 0 ? [from.root, ...path] : path;
  if (first === undefined) return false;
  let [node, last] = [from.size - 1, to.size - 1];
  for (; (node & 1) === 1; node >>>= 1) last >>>= 1;
  let [fromRoot, toRoot] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if ((node & 1) === 1 || node === last) {
      fromRoot = nodeHash(sibling, fromRoot);
      toRoot = nodeHash(sibling, toRoot);
      for (; (node & 1) === 0 && node !== 0; node >>>= 1) last >>>= 1;
    } else {
      toRoot = nodeHash(toRoot, sibling);
    }
    node >>>= 1;
    last >>>= 1;
  }
  return last === 0 && equal(fromRoot, from.root) && equal(toRoot, to.root);
}

export function equal(a: Hash, b: Hash): boolean {
  return Buffer.compare(a, b) === 0;
}

function isHash(hash: Hash): boolean {
  return hash.byteLength === 32;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_TREE_SIZE;
}
