/** @file Which data sets are one and the same to the ledger, however they are named, ordered or encoded. */

import { createHash, createHmac } from 'node:crypto';
import type { Adjacency } from '@softpost/shared/privacy/event';

/** What one record is, and what neighbours are: two ways of counting have two accounts. */
export interface LineageScope {
  readonly adjacency: Adjacency;
  /** `example`, or `user` with the column that names them: by another column the same records are other users. */
  readonly unit: string;
}

export interface Lineage extends LineageScope {
  /** HMAC of scope and root: without the owner's key nobody can tell whether a guessed data set is this one. */
  readonly id: string;
  /** Merkle root of `records`. */
  readonly root: string;
  /** HMAC of each normalised record and user, sorted, each once. */
  readonly records: readonly Buffer[];
}

/**
 * The form in which records are compared: NFKC, lower case, without invisible characters, runs of white space as one space. The form decides only who
 * shares a budget, so it is coarse on purpose: two records taken for one cost budget, one record taken for two would cost privacy. For the same reason
 * labels and repeated lines do not count: a relabelled copy tells of the same people.
 */
function normaliseRecord(text: string): string {
  return text
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

/** The 32 bytes by which the ledger knows a record. */
export function recordHash(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key)
    .update(`record\0${normaliseRecord(text)}`)
    .digest();
}

/** The 32 bytes by which the ledger knows a user; never those of a record. */
export function userHash(key: Buffer, name: string): Buffer {
  return createHmac('sha256', key)
    .update(`user\0${normaliseRecord(name)}`)
    .digest();
}

/** @param hashes of the records and users, in any order */
export function lineageOf(key: Buffer, hashes: readonly Buffer[], { adjacency, unit }: LineageScope): Lineage {
  const sorted = hashes.toSorted((a, b) => a.compare(b));
  const records = sorted.filter((hash, index) => index === 0 || !hash.equals(sorted[index - 1]!));
  const root = merkleRoot(records);
  return { id: keyedHash(key, 'lineage', adjacency, unit, root), root, adjacency, unit, records };
}

/** HMAC of several texts, so that no two lists give the same bytes. */
export function keyedHash(key: Buffer, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
}

/** Merkle tree hash as in RFC 6962, section 2.1: leaves and nodes are prefixed, so that neither can pass for the other. */
export function merkleRoot(leaves: readonly Buffer[]): string {
  const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  let level = leaves.map((leaf) => sha256(Buffer.of(0), leaf));
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: Math.ceil(below.length / 2) }, (_, index) => {
      const [left, right] = [below[2 * index]!, below[2 * index + 1]];
      return right ? sha256(Buffer.of(1), left, right) : left;
    });
  }
  return (level[0] ?? sha256()).toString('hex');
}
