/**
 * @file What an owner asks of the provider's log: that the manifest it was given is in it, and that the log only grew since it was last seen.
 * A provider that offers one owner a student of its own must then show that owner another log than everybody else, and can be convicted by two heads.
 */

import { SoftpostError } from '../errors.ts';
import { rootOf, type LogHead } from './log-head.ts';
import { leafHash, type Hash } from './merkle-tree.ts';
import { equal, isConsistent, rootFromInclusion, type TreeHead } from './verify-path.ts';

export interface Inclusion {
  readonly leafIndex: number;
  readonly path: readonly Hash[];
}

/**
 * @param signedManifest the text, as it was received
 * @throws SoftpostError BAD_LOG_PROOF
 */
export function checkInclusion(signedManifest: string, { leafIndex, path }: Inclusion, head: LogHead): void {
  const root = rootFromInclusion(leafHash(signedManifest), leafIndex, head.treeSize, path);
  if (root === undefined || !equal(root, rootOf(head))) {
    throw new SoftpostError(
      'BAD_LOG_PROOF',
      `the log of ${head.treeSize} entries does not have this manifest at ${leafIndex}`,
    );
  }
}

/**
 * @param previous the newest head that this owner has seen
 * @param path from the provider, from the size of `previous` to that of `next`
 * @throws SoftpostError LOG_FORKED when `next` has fewer entries than `previous`, or `path` does not show that it has the same ones and more
 */
export function checkLog(previous: LogHead, next: LogHead, path: readonly Hash[]): void {
  if (next.treeSize < previous.treeSize) {
    refuse(`the log has ${next.treeSize} entries, and had ${previous.treeSize} on ${previous.day}`);
  }
  if (!isConsistent(treeOf(previous), treeOf(next), path)) {
    refuse(`the log's first ${previous.treeSize} entries are not shown to be those of ${previous.day}`);
  }
}

function treeOf(head: LogHead): TreeHead {
  return { size: head.treeSize, root: rootOf(head) };
}

function refuse(fault: string): never {
  throw new SoftpostError('LOG_FORKED', fault);
}
