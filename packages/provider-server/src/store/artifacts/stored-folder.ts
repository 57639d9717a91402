/** @file A folder in the artifact store: its files, and an index of them that is the folder's digest. */

import { copyFile, link, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { writeFolder } from '@softpost/shared/artifact/atomic-write';
import type { Digest } from '@softpost/shared/artifact/digest';
import { canonicalJson } from '@softpost/shared/signature/canonical-json';
import { damaged, type ArtifactStore } from './artifact-store.ts';

const indexSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/),
      digest: z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]),
      sizeBytes: z.int().nonnegative(),
    }),
  ),
});

/** By name, in the order of the names. */
export type FolderFiles = Readonly<z.infer<typeof indexSchema>>['files'];

/** Keeps the files of `dir`, which has no folders in it. The same files have the same digest. @throws what `put` throws */
export async function putFolder(store: ArtifactStore, dir: string): Promise<Digest> {
  const files: FolderFiles = [];
  for (const name of (await readdir(dir)).sort()) files.push({ name, ...(await store.put(join(dir, name))) });
  return putIndex(store, files);
}

/** Keeps a folder of files that are in memory. */
export async function putFiles(store: ArtifactStore, files: Readonly<Record<string, Uint8Array>>): Promise<Digest> {
  const stored: FolderFiles = [];
  for (const name of Object.keys(files).sort()) stored.push({ name, ...(await store.put(files[name]!)) });
  return putIndex(store, stored);
}

/** @throws ARTIFACT_DAMAGED also for a file that is no index */
export async function readFolder(store: ArtifactStore, folder: Digest): Promise<FolderFiles> {
  const text = (await buffer(await store.open(folder))).toString();
  try {
    return indexSchema.parse(JSON.parse(text)).files;
  } catch {
    throw damaged(folder, 'is no index of a folder');
  }
}

/**
 * Makes the folder again, whole or not at all. Its files are links to the store's where both are on one disk: replace them,
 * do not write into them.
 * @throws ARTIFACT_DAMAGED, ARTIFACTS_UNAVAILABLE, FILE_EXISTS, CANNOT_WRITE
 */
export async function materialise(store: ArtifactStore, folder: Digest, dir: string): Promise<void> {
  const files = await readFolder(store, folder);
  await writeFolder(dir, async (temporary) => {
    for (const { name, digest } of files) {
      const [from, to] = [await store.path(digest), join(temporary, name)];
      await link(from, to).catch(() => copyFile(from, to));
    }
  });
}

async function putIndex(store: ArtifactStore, files: FolderFiles): Promise<Digest> {
  const index = canonicalJson(indexSchema.parse({ files }));
  return (await store.put(Buffer.from(index))).digest;
}
