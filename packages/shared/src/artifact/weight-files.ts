/** @file Which files of a Hugging Face model folder hold its weights: model.safetensors, or the shards that its index lists. */
import { join } from 'node:path';
import { z } from 'zod';
import { SoftpostError } from '../errors.ts';
import { isThere, readJson } from './read-file.ts';

export const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

export interface WeightFiles {
  /** Plain file names, each once. */
  readonly files: readonly string[];
  /** Tensor name to file name, where an index says so. */
  readonly holders?: ReadonlyMap<string, string>;
}

const MAX_INDEX_BYTES = 100_000_000;

const indexSchema = z.object({
  // Names only, no paths: an index must not be able to point out of its folder.
  weight_map: z.record(
    z.string(),
    z.string().regex(/^[^/\\\0]+\.safetensors$/, 'not the plain name of a .safetensors file'),
  ),
});

/** @throws SoftpostError FILE_NOT_FOUND when there are no weights, BAD_SAFETENSORS for a bad index */
export async function findWeightFiles(dir: string): Promise<WeightFiles> {
  if (await isThere(join(dir, SINGLE_FILE))) return { files: [SINGLE_FILE] };
  if (!(await isThere(join(dir, INDEX_FILE)))) {
    throw new SoftpostError(
      'FILE_NOT_FOUND',
      `${dir} has neither ${SINGLE_FILE} nor ${INDEX_FILE}; other weight formats are not read`,
    );
  }
  const index = await readJson(join(dir, INDEX_FILE), indexSchema, {
    maxBytes: MAX_INDEX_BYTES,
    code: 'BAD_SAFETENSORS',
  });
  const holders = new Map(Object.entries(index.weight_map));
  return { files: [...new Set(holders.values())].sort(), holders };
}
