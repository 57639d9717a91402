/** @file Files kept by the SHA-256 of their content: what is read is what was put, or an error. */

import type { Readable } from 'node:stream';
import type { Digest } from '@softpost/shared/artifact/digest';
import { SoftpostError } from '@softpost/shared/errors';

export interface StoredFile {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** What can be put: the path of a file, its content, or a stream of it. */
export type Source = string | Uint8Array | Readable;

export interface ArtifactStore {
  /**
   * Keeps a file, on the disk when this returns. The same content again changes nothing, but heals a damaged copy.
   * @throws CANNOT_WRITE, ARTIFACTS_UNAVAILABLE, FILE_NOT_FOUND, and what the stream ends with
   */
  put(source: Source): Promise<StoredFile>;
  /**
   * The content; the stream ends with ARTIFACT_DAMAGED instead of its last bytes where it is not what was put. From a later byte
   * on nothing is checked, since that would read what is skipped at every small request: who puts the pieces together checks.
   * @throws ARTIFACT_DAMAGED, ARTIFACTS_UNAVAILABLE
   */
  open(digest: Digest, offset?: number): Promise<Readable>;
  /** A local file with the content, checked; not to be written to. @throws ARTIFACT_DAMAGED, ARTIFACTS_UNAVAILABLE */
  path(digest: Digest): Promise<string>;
  has(digest: Digest): Promise<boolean>;
  /** What is not there need not be removed. */
  delete(digest: Digest): Promise<void>;
  /** Everything that was put longer ago than so many milliseconds. */
  list(olderThanMs: number): AsyncIterable<Digest>;
  close(): Promise<void>;
}

/** Where a file lies in the store: 256 folders, so that none grows too long. */
export function keyOf(digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return `${hex.slice(0, 2)}/${hex}`;
}

export function damaged(digest: Digest, how: string): SoftpostError {
  return new SoftpostError('ARTIFACT_DAMAGED', `the stored file ${digest} ${how}`);
}
