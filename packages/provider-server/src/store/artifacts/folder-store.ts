/** @file Artifacts in a local folder: written beside, synced, renamed, and the folder synced. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { syncPath, withWriteErrors } from '@softpost/shared/artifact/atomic-write';
import { fileDigest, type Digest } from '@softpost/shared/artifact/digest';
import { isThere, withFile } from '@softpost/shared/artifact/read-file';
import { removeAll, removeStaleSiblings, temporarySibling } from '@softpost/shared/artifact/temporary-sibling';
import { damaged, keyOf, type ArtifactStore, type Source, type StoredFile } from './artifact-store.ts';
import { verified } from './verified-stream.ts';

const HEX = /^[0-9a-f]{64}$/;

/** Opens the store, made where it is not there; what a killed writer left of a file goes. @throws CANNOT_WRITE */
export async function openFolderStore(dir: string): Promise<ArtifactStore> {
  const incoming = join(dir, 'incoming');
  await withWriteErrors(dir, () => mkdir(dir, { recursive: true, mode: 0o700 }));
  await removeStaleSiblings(incoming);
  const pathOf = (digest: Digest): string => join(dir, keyOf(digest));
  const present = async (digest: Digest): Promise<string> => {
    const path = pathOf(digest);
    if (await isThere(path)) return path;
    throw damaged(digest, 'is missing');
  };

  return {
    put: (source) =>
      withWriteErrors(dir, async () => {
        const temporary = temporarySibling(incoming);
        try {
          const stored = await write(source, temporary);
          const path = pathOf(stored.digest);
          const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
          await rename(temporary, path);
          await syncPath(dirname(path));
          if (made !== undefined) await syncPath(dir);
          return stored;
        } catch (error) {
          await removeAll(temporary);
          throw error;
        }
      }),

    open: async (digest, offset = 0) => {
      const file = createReadStream(await present(digest), { start: offset, highWaterMark: 1 << 20 });
      if (offset > 0) return file;
      const stream = verified(digest);
      pipeline(file, stream, () => undefined);
      return stream;
    },

    path: async (digest) => {
      const path = await present(digest);
      if ((await fileDigest(path)) !== digest) throw damaged(digest, 'has another content');
      return path;
    },

    has: (digest) => isThere(pathOf(digest)),

    delete: (digest) => rm(pathOf(digest), { force: true }),

    async *list(olderThanMs) {
      for (const bucket of await readdir(dir, { withFileTypes: true })) {
        if (!bucket.isDirectory()) continue;
        for (const name of await readdir(join(dir, bucket.name))) {
          const found = HEX.test(name) ? await stat(join(dir, bucket.name, name)).catch(() => undefined) : undefined;
          if (found && Date.now() - found.mtimeMs >= olderThanMs) yield `sha256:${name}`;
        }
      }
    },

    close: async () => undefined,
  };
}

/** Writes the file, read-only and synced, and says what it was. */
async function write(source: Source, path: string): Promise<StoredFile> {
  if (typeof source === 'string')
    return withFile(source, (file) => write(file.createReadStream({ autoClose: false }), path));
  const chunks = source instanceof Readable ? (source as AsyncIterable<Uint8Array>) : [source];
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx', 0o400);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
}
