/** @file Public data sets described from their files. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import type { CallContext } from '../gate.ts';
import { publicDataService } from './public-data.ts';

const call: CallContext = {
  caller: { role: 'operator', keyId: 'key', tenant: null },
  signal: new AbortController().signal,
};

// Kills: a first description that failed and is remembered for ever.
test('a data set that could not be read is read at the next call, and once it was, no more', async () => {
  const file = join(await temporaryFolder(), 'public.txt');
  const { ListPublicDatasets: list } = publicDataService({
    teachers: {},
    datasets: { set: { file, licence: 'none' } },
  });
  await expect(list({}, call)).rejects.toMatchObject(refusal('FILE_NOT_FOUND', /public\.txt/));
  await writeFile(file, 'one\ntwo\n');
  const described = await list({}, call);
  expect(described).toMatchObject({ datasets: [{ datasetId: 'set', records: 2 }] });
  await writeFile(file, 'another\n');
  expect(await list({}, call)).toEqual(described);
});
