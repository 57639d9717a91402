/** @file The benchmark's private -> public pairs, from the data folder beside the repository. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const DATA = resolve(import.meta.dirname, '../../../shared/data');

/** Rows of evaluation splits that the reference models have been trained on, by data set; scripts/reference-models/README.md says how. */
const SEEN_ROWS = resolve(import.meta.dirname, '../../scripts/reference-models/seen-rows.json');

export interface Pair {
  readonly privateSet: string;
  readonly publicSet: string;
  /** A public constant near the size of the private set, for the sampling plan. */
  readonly publicSize: number;
}

export const PAIRS: readonly Pair[] = [
  { privateSet: 'sst2', publicSet: 'imdb', publicSize: 7000 },
  { privateSet: 'arisetv', publicSet: 'agnews', publicSize: 4000 },
  { privateSet: 'trec', publicSet: 'agnews', publicSize: 5000 },
  { privateSet: 'mpqa', publicSet: 'imdb', publicSize: 6000 },
];

interface DataSet {
  readonly name: string;
  readonly labels: readonly string[];
  readonly verbalizers: readonly (readonly string[])[];
  readonly template: string;
  readonly initText: string;
}

/** Writes the task file of a data set; gives its path. Texts are cut to the last `maxLength` tokens. */
export async function writeTask(name: string, folder: string, maxLength: number): Promise<string> {
  const set = JSON.parse(await readFile(join(DATA, name, 'dataset.json'), 'utf8')) as DataSet;
  const labels = set.labels.map((label, index) => ({ name: label, words: set.verbalizers[index] }));
  const file = join(folder, `${name}.task.json`);
  await mkdir(folder, { recursive: true });
  await writeFile(
    file,
    `${JSON.stringify({ name, template: set.template, labels, initText: set.initText, maxLength })}\n`,
  );
  return file;
}

/** Writes the rows of an evaluation split that the reference models have not seen; gives the file's path. */
export async function writeUnseen(name: string, split: 'validation' | 'test', folder: string): Promise<string> {
  const seen = (JSON.parse(await readFile(SEEN_ROWS, 'utf8')) as Record<string, readonly string[]>)[name] ?? [];
  const lines = (await readFile(join(DATA, name, `${split}.jsonl`), 'utf8')).split('\n').filter((line) => line !== '');
  const unseen = lines.filter((line) => !seen.includes((JSON.parse(line) as { readonly text: string }).text));
  const file = join(folder, `${name}.${split}.jsonl`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${unseen.join('\n')}\n`);
  return file;
}
