/** @file A chain of entries: the hash of each covers all before it, so that none can be changed, left out or moved unnoticed. */

import { createHash } from 'node:crypto';
import type { z } from 'zod';

export interface Head {
  /** Number of entries. */
  readonly sequence: number;
  /** Hash of the last one; zeros before the first. */
  readonly hash: string;
}

/** An entry's place in the chain. */
export interface Link extends Head {
  /** Hash of the one before. */
  readonly previous: string;
}

export const NO_ENTRY: Head = { sequence: 0, hash: '0'.repeat(64) };

/** The place after `head` of an entry that consists of `parts`. */
export function link(head: Head, ...parts: readonly string[]): Link {
  const place = { sequence: head.sequence + 1, previous: head.hash };
  const text = JSON.stringify([place.sequence, place.previous, ...parts]);
  return { ...place, hash: createHash('sha256').update(text).digest('hex') };
}

/** What is wrong with a place that should be the one after `head`; undefined if nothing is. */
export function linkFault(head: Head, found: Link, ...parts: readonly string[]): string | undefined {
  const right = link(head, ...parts);
  if (found.sequence !== right.sequence) return 'is missing';
  const chains = found.previous === right.previous && found.hash === right.hash;
  return chains ? undefined : 'was changed: its hash does not chain';
}

/** The content of an entry; undefined for one of a form that is not known. */
export function readBody<Body>(text: string, schema: z.ZodType<Body>): Body | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
