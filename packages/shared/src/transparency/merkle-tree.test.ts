/** @file The tree and its proofs, over all sizes to 70 and random larger ones, against the definitions of RFC 9162. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { consistencyPath, inclusionPath, leafHash, nodeHash, treeRoot, type Hash } from './merkle-tree.ts';
import { equal, isConsistent, MAX_TREE_SIZE, rootFromInclusion, type TreeHead } from './verify-path.ts';

const SIZES = Array.from({ length: 71 }, (_, size) => size);
const all = SIZES.map((index) => leafHash(`entry ${index}`));
const roots = SIZES.map((size) => treeRoot(all.slice(0, size)));
const head = (size: number): TreeHead => ({ size, root: roots[size]! });
const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');

/** Another hash, differing in one bit. */
const altered = (hash: Hash): Hash => Uint8Array.from(hash, (byte, at) => (at === 31 ? byte ^ 1 : byte));

// The tree heads of the test vectors of Certificate Transparency (RFC 6962, whose tree RFC 9162 keeps), for its eight inputs.
test('the roots of the published test vectors', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const leaves = inputs.map((input) => leafHash(Buffer.from(input, 'hex')));
  expect(inputs.map((_, i) => hex(treeRoot(leaves.slice(0, i + 1))))).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]);
  expect(hex(treeRoot([]))).toBe(createHash('sha256').digest('hex'));
});

// Kills: a leaf and a node hashed alike, so that two leaves can be shown as one.
test('no node is a leaf', () => {
  const [a, b] = [leafHash('a'), leafHash('b')];
  expect(hex(leafHash(Buffer.concat([a, b])))).not.toBe(hex(nodeHash(a, b)));
});

test('every leaf of every tree to 70 has its proof, and no other place has it', () => {
  const wrong: string[] = [];
  for (const size of SIZES) {
    for (let index = 0; index < size; index++) {
      const path = inclusionPath(all.slice(0, size), index);
      const holds = (at: number, proof = path, leaf = all[index]!): boolean => {
        const root = rootFromInclusion(leaf, at, size, proof);
        return root !== undefined && equal(root, roots[size]!);
      };
      const others = SIZES.slice(0, size).filter((other) => other !== index);
      const isRight =
        path.length <= Math.ceil(Math.log2(size)) &&
        holds(index) &&
        !others.some((other) => holds(other)) &&
        !holds(index, path, altered(all[index]!)) &&
        !holds(index, [...path, all[0]!]) &&
        ![...path.keys()].some((at) => holds(index, path.with(at, altered(path[at]!)))) &&
        ![...path.keys()].some((at) => holds(index, path.toSpliced(at, 1)));
      if (!isRight) wrong.push(`${index} of ${size}`);
    }
  }
  expect(wrong).toEqual([]);
});

test.each([-1, 7, 0.5, NaN, Infinity, MAX_TREE_SIZE + 1])('the leaf %d of 7 is none', (index) => {
  expect(rootFromInclusion(all[0]!, index, 7, [])).toBe(undefined);
  expect(rootFromInclusion(all[0]!, 0, index === 7 ? 0 : index, [])).toBe(undefined);
});

// Kills: sizes that need not fit the path, with which a provider that signs whatever it likes could show two leaves at one place.
test('a path must be as long as index and size say, whatever root was signed', () => {
  expect(rootFromInclusion(all[1]!, 0, 1, [all[0]!])).toBe(undefined);
  expect(rootFromInclusion(all[0]!, 0, 4, [all[1]!])).toBe(undefined);
  expect(rootFromInclusion(all[0]!, 1, 1, [])).toBe(undefined);
  expect(isConsistent(head(1), { size: 4, root: roots[2]! }, [all[1]!])).toBe(false);
});

test('a hash of another length is no part of a proof', () => {
  const path = inclusionPath(all.slice(0, 7), 2);
  expect(rootFromInclusion(all[2]!, 2, 7, path.with(0, Buffer.concat([path[0]!, Uint8Array.of(0)])))).toBe(undefined);
  expect(rootFromInclusion(all[2]!, 2, 7, path.with(0, path[0]!.subarray(1)))).toBe(undefined);
  expect(isConsistent(head(3), head(7), [new Uint8Array(0)])).toBe(false);
});

// Kills: a path used in part, or one root of the two not compared.
test('every tree to 70 grew from every smaller one, and from no other', () => {
  const wrong: string[] = [];
  for (const to of SIZES) {
    for (const from of SIZES.slice(0, to + 1)) {
      const path = from === 0 ? [] : consistencyPath(all.slice(0, to), from);
      const holds = (proof = path, old = head(from), young = head(to)): boolean => isConsistent(old, young, proof);
      const isRight =
        holds() &&
        !holds([...path, all[0]!]) &&
        ![...path.keys()].some((at) => holds(path.with(at, altered(path[at]!)))) &&
        ![...path.keys()].some((at) => holds(path.toSpliced(at, 1))) &&
        // The empty tree is the beginning of any.
        (from === 0 || !holds(path, { size: from, root: altered(roots[from]!) })) &&
        (from === 0 || !holds(path, head(from), { size: to, root: altered(roots[to]!) })) &&
        (from === to || !holds(path, head(to), head(from)));
      if (!isRight) wrong.push(`${from} to ${to}`);
    }
  }
  expect(wrong).toEqual([]);
});

// Kills: an entry that was exchanged, moved or taken out once it was published.
test('a log that was rewritten has no proof among those that its own tree gives', () => {
  for (let to = 2; to <= 33; to++) {
    for (let from = 1; from < to; from++) {
      const forged = all.slice(0, to).with(from - 1, leafHash('forged'));
      const young = { size: to, root: treeRoot(forged) };
      expect(isConsistent(head(from), young, consistencyPath(forged, from))).toBe(false);
      expect(isConsistent(head(from), young, consistencyPath(all.slice(0, to), from))).toBe(false);
    }
  }
});

test('random trees of up to 1,000 leaves', () => {
  const trees = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(), fc.nat());
  fc.assert(
    fc.property(trees, ([size, one, other]) => {
      const leaves = Array.from({ length: size }, (_, index) => leafHash(`${size}/${index}`));
      const root = treeRoot(leaves);
      const index = one % size;
      const proven = rootFromInclusion(leaves[index]!, index, size, inclusionPath(leaves, index));
      expect(proven && equal(proven, root)).toBe(true);
      const from = 1 + (other % size);
      const old = { size: from, root: treeRoot(leaves.slice(0, from)) };
      expect(isConsistent(old, { size, root }, consistencyPath(leaves, from))).toBe(true);
    }),
    { numRuns: 40, seed: 5 },
  );
});
