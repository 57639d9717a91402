/** @file The folder of a run, and what it was begun with: one folder is one run, and a configuration that changed meanwhile is another. */

import { join } from 'node:path';
import { replaceFile } from '@softpost/shared/artifact/atomic-write';
import { digestOf, digestSchema, fileDigest, type Digest } from '@softpost/shared/artifact/digest';
import { isThere, readJson } from '@softpost/shared/artifact/read-file';
import { SoftpostError } from '@softpost/shared/errors';
import { canonicalJson } from '@softpost/shared/signature/canonical-json';
import { z } from 'zod';
import type { RunConfig } from './run-config.ts';

const beginningSchema = z.strictObject({
  /** Of all that decides the result. */
  configuration: digestSchema,
  /** The student's version: the newest when the run began. */
  studentVersion: z.int().min(1),
  /** Of its weights. */
  studentDigest: digestSchema,
});

export type Beginning = Readonly<z.infer<typeof beginningSchema>>;

const FILE = 'run.json';

/**
 * What a run was begun with, undefined for one that is new.
 * @throws SoftpostError BAD_CONFIG when the folder is that of a run with another configuration
 */
export async function beginningOf(run: RunConfig): Promise<Beginning | undefined> {
  const path = join(run.out, FILE);
  if (!(await isThere(path))) return undefined;
  const beginning = await readJson(path, beginningSchema, { maxBytes: 4096, code: 'BAD_CONFIG' });
  if (beginning.configuration === (await configurationOf(run))) return beginning;
  const message = `${run.out} has the results of another configuration or task file: choose another out, or go back to that one`;
  throw new SoftpostError('BAD_CONFIG', message);
}

export async function begin(run: RunConfig, student: Omit<Beginning, 'configuration'>): Promise<Beginning> {
  const beginning: Beginning = { configuration: await configurationOf(run), ...student };
  await replaceFile(join(run.out, FILE), `${JSON.stringify(beginning)}\n`);
  return beginning;
}

/** Of the private data only the name counts here: `tune` itself refuses to go on with other content. */
async function configurationOf({ student, version, task, data, tune, transfer }: RunConfig): Promise<Digest> {
  const deciding = { student, version, task: await fileDigest(task), data, tune: { ...tune, threads: 0 }, transfer };
  // By way of JSON, in which what is undefined is not there.
  return digestOf(canonicalJson(JSON.parse(JSON.stringify(deciding))));
}
