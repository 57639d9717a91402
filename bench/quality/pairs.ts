/** @file The benchmark's private -> public pairs, from the data folder beside the repository. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const DATA = resolve(import.meta.dirname, '../../../shared/data');

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
