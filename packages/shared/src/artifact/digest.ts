/** @file SHA-256 digests, of files streamed, written `sha256:<hex>`. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readAt, withFile } from './read-file.ts';

export type Digest = `sha256:${string}`;

export const digestSchema = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]);

const CHUNK_BYTES = 1 << 20;

/** The digest of bytes in memory; of a string, in UTF-8. */
export function digestOf(content: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The digest of one file. @throws SoftpostError FILE_NOT_FOUND */
export async function fileDigest(path: string): Promise<Digest> {
  return withFile(path, async (file): Promise<Digest> => {
    const hash = createHash('sha256');
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let position = 0; ;) {
      const filled = await readAt(file, chunk, position);
      hash.update(chunk.subarray(0, filled));
      position += filled;
      if (filled < chunk.byteLength) return `sha256:${hash.digest('hex')}`;
    }
  });
}

/**
 * One digest over several files of a folder, whatever the order of `names`. By hand:
 * `cd dir && LC_ALL=C ls NAMES | xargs sha256sum | sha256sum`.
 *
 * @throws SoftpostError FILE_NOT_FOUND
 */
export async function filesDigest(dir: string, names: readonly string[]): Promise<Digest> {
  const files: { readonly name: string; readonly digest: Digest }[] = [];
  for (const name of names) files.push({ name, digest: await fileDigest(join(dir, name)) });
  return listDigest(files);
}

/** `filesDigest` of files whose digests are known. */
export function listDigest(files: readonly { readonly name: string; readonly digest: Digest }[]): Digest {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return digestOf(sorted.map(({ name, digest }) => `${digest.slice('sha256:'.length)}  ${name}\n`).join(''));
}
