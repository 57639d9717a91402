/** @file Refuses a model with NaN or infinite weights before anything is computed with it, at about the speed of reading the files. */
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftpostError } from '../errors.ts';
import { nonFiniteSearch, type NonFiniteSearch } from '../optim/non-finite.ts';
import type { ModelFolder, StoredTensor } from './model-folder.ts';
import { quoteName, readAt, shortPath, withFile } from './read-file.ts';

/** @throws SoftpostError NON_FINITE naming the first such tensor, BAD_SAFETENSORS when a file became shorter */
export async function checkFiniteWeights(folder: ModelFolder): Promise<void> {
  const search = nonFiniteSearch();
  for (const [path, tensors] of Map.groupBy(folder.tensors.values(), ({ folder: real, file }) => join(real, file))) {
    await withFile(path, async (file) => {
      for (const tensor of tensors) await checkTensor(shortPath(folder.dir), file, tensor, search);
    });
  }
}

async function checkTensor(
  model: string,
  file: FileHandle,
  tensor: StoredTensor,
  { bytes, finds }: NonFiniteSearch,
): Promise<void> {
  for (let done = 0; done < tensor.length; done += bytes.length) {
    const length = Math.min(bytes.length, tensor.length - done);
    if ((await readAt(file, bytes.subarray(0, length), tensor.offset + done)) < length) {
      throw new SoftpostError('BAD_SAFETENSORS', `${model}: the file is truncated in tensor ${quoteName(tensor.name)}`);
    }
    if (finds(length, tensor.dtype)) {
      throw new SoftpostError('NON_FINITE', `${model}: tensor ${quoteName(tensor.name)} holds NaN or infinity`);
    }
  }
}
