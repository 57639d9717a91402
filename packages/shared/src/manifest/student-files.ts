/** @file The files that a student may consist of: those that its model digest is over, by the names Hugging Face gives them, and no others. */

import { z } from 'zod';
import { digestSchema, listDigest, type Digest } from '../artifact/digest.ts';
import { TOKENIZER_FILES } from '../artifact/model-digest.ts';
import { INDEX_FILE, SINGLE_FILE } from '../artifact/weight-files.ts';

/** A student is a small model; whoever fetches it may set a lower limit. */
export const MAX_STUDENT_BYTES = 64 * 2 ** 30;

/** Most that a file without weights may have; the largest tokenizer.json of open models has about 40 MB. */
const MAX_TEXT_BYTES = 128 << 20;

const MAX_FILES = 256;
const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;
const TEXT_FILES: readonly string[] = ['config.json', INDEX_FILE, ...TOKENIZER_FILES];

export function isWeightFile(name: string): boolean {
  return name === SINGLE_FILE || SHARD.test(name);
}

/** One file of the folder. The list of names is closed, so that no name can lead out of the folder or mean something to a system. */
const fileSchema = z
  .strictObject({
    name: z
      .string()
      .refine((name) => isWeightFile(name) || TEXT_FILES.includes(name), 'not the name of a file of a student'),
    sizeBytes: z.int().positive().max(MAX_STUDENT_BYTES),
    digest: digestSchema,
  })
  .refine(({ name, sizeBytes }) => isWeightFile(name) || sizeBytes <= MAX_TEXT_BYTES, {
    path: ['sizeBytes'],
    message: `more than ${MAX_TEXT_BYTES} bytes for a file without weights`,
  });

export type StudentFile = Readonly<z.infer<typeof fileSchema>>;

export const studentFilesSchema = z
  .array(fileSchema)
  .max(MAX_FILES)
  .readonly()
  .superRefine((files, context) => {
    const fault = listFault(files);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

function listFault(files: readonly StudentFile[]): string | undefined {
  const names = files.map(({ name }) => name);
  if (names.some((name, index) => index > 0 && name <= names[index - 1]!)) {
    return 'the names are not in ascending order, each once';
  }
  for (const name of ['config.json', 'tokenizer.json']) if (!names.includes(name)) return `${name} is missing`;
  const hasShards = names.some((name) => SHARD.test(name));
  if (names.includes(SINGLE_FILE) === hasShards) return `neither ${SINGLE_FILE} nor shards, or both`;
  if (names.includes(INDEX_FILE) !== hasShards) return `${INDEX_FILE} goes with shards, and only with them`;
  if (totalBytes(files) > MAX_STUDENT_BYTES) return `more than ${MAX_STUDENT_BYTES} bytes`;
  return undefined;
}

export function totalBytes(files: readonly StudentFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** What `modelDigest` and `tokenizerDigest` give for a folder of exactly these files. */
export function digestsOf(files: readonly StudentFile[]): { readonly model: Digest; readonly tokenizer: Digest } {
  const names: readonly string[] = TOKENIZER_FILES;
  return { model: listDigest(files), tokenizer: listDigest(files.filter(({ name }) => names.includes(name))) };
}
