/** @file Refuses a model with NaN or infinite weights before anything is computed with it, at about the speed of reading the files. */
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftpostError } from '../errors.ts';
import type { ModelFolder, StoredTensor } from './model-folder.ts';
import { quoteName, readAt, shortPath, withFile } from './read-file.ts';

/** Fits the second-level cache, so that the check reads what the kernel just copied. */
const CHUNK_BYTES = 1 << 20;

/**
 * A value is not finite when all its exponent bits are set. So clear the sign and add one to the exponent: exactly then it
 * carries into the sign bit. 16-bit values are tested two to a word; no carry leaves the lower one, its sign being clear.
 */
const CARRY_TEST = {
  f32: { magnitude: 0x7fffffff, one: 0x00800000, carry: 0x80000000 },
  f16: { magnitude: 0x7fff7fff, one: 0x04000400, carry: 0x80008000 },
  bf16: { magnitude: 0x7fff7fff, one: 0x00800080, carry: 0x80008000 },
} as const;

/** @throws SoftpostError NON_FINITE naming the first such tensor, BAD_SAFETENSORS when a file became shorter */
export async function checkFiniteWeights(folder: ModelFolder): Promise<void> {
  const words = new Int32Array(CHUNK_BYTES / Int32Array.BYTES_PER_ELEMENT);
  for (const [path, tensors] of Map.groupBy(folder.tensors.values(), ({ folder: real, file }) => join(real, file))) {
    await withFile(path, async (file) => {
      for (const tensor of tensors) await checkTensor(shortPath(folder.dir), file, tensor, words);
    });
  }
}

async function checkTensor(model: string, file: FileHandle, tensor: StoredTensor, words: Int32Array): Promise<void> {
  const chunk = new Uint8Array(words.buffer);
  for (let done = 0; done < tensor.length; done += CHUNK_BYTES) {
    const bytes = Math.min(CHUNK_BYTES, tensor.length - done);
    if ((await readAt(file, chunk.subarray(0, bytes), tensor.offset + done)) < bytes) {
      throw new SoftpostError('BAD_SAFETENSORS', `${model}: the file is truncated in tensor ${quoteName(tensor.name)}`);
    }
    // An odd number of 16-bit values ends in half a word.
    if (bytes % 4 !== 0) chunk.fill(0, bytes, bytes + 2);
    if (!allFinite(words, Math.ceil(bytes / 4), tensor.dtype)) {
      throw new SoftpostError('NON_FINITE', `${model}: tensor ${quoteName(tensor.name)} holds NaN or infinity`);
    }
  }
}

function allFinite(words: Int32Array, count: number, dtype: StoredTensor['dtype']): boolean {
  const { magnitude, one, carry } = CARRY_TEST[dtype];
  let even = 0;
  let odd = 0;
  let i = 0;
  // Two independent chains keep the processor busier than one.
  for (; i + 1 < count; i += 2) {
    even |= ((words[i] as number) & magnitude) + one;
    odd |= ((words[i + 1] as number) & magnitude) + one;
  }
  if (i < count) even |= ((words[i] as number) & magnitude) + one;
  return ((even | odd) & carry) === 0;
}
