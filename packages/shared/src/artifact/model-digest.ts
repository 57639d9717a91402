/** @file Digests that say which model and which tokenizer a prompt was made for. Equal for a copy and for a linked cache. */
import { join } from 'node:path';
import { filesDigest, type Digest } from './digest.ts';
import { isThere } from './read-file.ts';
import { findWeightFiles, INDEX_FILE } from './weight-files.ts';

/** The files Hugging Face tokenizers are saved in; tokenizer.json is always among them here. */
export const TOKENIZER_FILES = [
  'added_tokens.json',
  'chat_template.jinja',
  'merges.txt',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer.model',
  'tokenizer_config.json',
  'vocab.json',
  'vocab.txt',
] as const;

/** Digest over the files that make the model what it is. @throws SoftpostError FILE_NOT_FOUND */
export async function modelDigest(dir: string): Promise<Digest> {
  return filesDigest(dir, await modelFiles(dir));
}

/** config.json, the weight files with their index, and the tokenizer files. @throws SoftpostError FILE_NOT_FOUND without weights */
export async function modelFiles(dir: string): Promise<readonly string[]> {
  const { files, holders } = await findWeightFiles(dir);
  const index = holders === undefined ? [] : [INDEX_FILE];
  return ['config.json', ...files, ...index, ...(await tokenizerFiles(dir))];
}

/** Digest over the tokenizer files. @throws SoftpostError FILE_NOT_FOUND when tokenizer.json is missing */
export async function tokenizerDigest(dir: string): Promise<Digest> {
  return filesDigest(dir, await tokenizerFiles(dir));
}

async function tokenizerFiles(dir: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of TOKENIZER_FILES) {
    if (name === 'tokenizer.json' || (await isThere(join(dir, name)))) names.push(name);
  }
  return names;
}
