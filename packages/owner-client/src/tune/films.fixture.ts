/** @file For tests: a one-layer student with a real tokenizer, a task, and records about films. */

import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { modelFiles } from '@softpost/shared/artifact/model-digest';

export const REFERENCE_MODEL = resolve(import.meta.dirname, '../../../../models/softpost-ref-clm');

const TASK = `name: films
template: '{text} It was {mask}.'
labels:
  - {name: negative, words: [bad]}
  - {name: positive, words: [good]}
initText: 'Is the film good or bad?'
maxLength: 40
`;

const TEXTS = [
  ['negative', 'a dull and lifeless mess'],
  ['positive', 'a great film with a warm heart'],
  ['negative', 'the worst plot of the year, slow and far too long'],
  ['positive', 'funny, clever and moving'],
] as const;

export interface FilmRecord {
  readonly label: string;
  readonly text: string;
  readonly user?: string;
}

export function filmRecords(count: number): readonly FilmRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const [label, text] = TEXTS[index % TEXTS.length]!;
    return { label, text: `${text} (${index})` };
  });
}

/** The same, of `users` users in turn. */
export function filmRecordsOf(users: number, count: number): readonly FilmRecord[] {
  return filmRecords(count).map((record, index) => ({ ...record, user: `user ${index % users}` }));
}

export async function writeRecords(path: string, records: readonly FilmRecord[]): Promise<void> {
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

/** Writes `task.yaml`, `data.jsonl` with 20 records, and `student`, the first layer of the reference model. */
export async function writeFilms(dir: string): Promise<void> {
  await writeFile(join(dir, 'task.yaml'), TASK);
  await writeRecords(join(dir, 'data.jsonl'), filmRecords(20));
  const student = join(dir, 'student');
  await mkdir(student);
  const config = JSON.parse(await readFile(join(REFERENCE_MODEL, 'config.json'), 'utf8')) as object;
  await writeFile(join(student, 'config.json'), JSON.stringify({ ...config, n_layer: 1 }));
  for (const file of (await modelFiles(REFERENCE_MODEL)).filter((name) => name !== 'config.json'))
    await symlink(join(REFERENCE_MODEL, file), join(student, file));
}
