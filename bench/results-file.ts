/** @file Results of a long benchmark, a JSON line each: written as soon as measured, so a stopped benchmark goes on with the next one. */

import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

export type Measured<Key, Value> = Key & Value & { readonly seconds: number };

export interface ResultsFile<Key, Value> {
  readonly all: readonly Measured<Key, Value>[];
  /** What is in the file under this key, or else what `run` gives, which is then written and printed. */
  readonly measure: (key: Key, run: () => Promise<Value>) => Promise<Measured<Key, Value>>;
}

type Fields<Key> = Readonly<Record<keyof Key, string | number | boolean>>;

/**
 * Two results are of the same thing if all fields of the key are equal.
 * @param models their digests, written in each line: lines of other models are left alone
 */
export async function openResults<Key extends Fields<Key>, Value>(
  file: string,
  models: Readonly<Record<string, string>>,
): Promise<ResultsFile<Key, Value>> {
  await mkdir(dirname(file), { recursive: true });
  const lines = existsSync(file) ? parse<Measured<Key, Value>>(await readFile(file, 'utf8')) : [];
  const all = lines.filter((line) => matches(line, models));
  return {
    all,
    measure: async (key, run) => {
      const known = all.find((one) => matches(one, key));
      if (known) return known;
      const start = performance.now();
      const value = await run();
      const measured = { ...key, ...value, ...models, seconds: Math.round((performance.now() - start) / 1000) };
      all.push(measured);
      await appendFile(file, `${JSON.stringify(measured)}\n`);
      console.log(JSON.stringify(measured));
      return measured;
    },
  };
}

function matches(line: object, fields: object): boolean {
  const found = line as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, value]) => found[name] === value);
}

function parse<Line>(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
