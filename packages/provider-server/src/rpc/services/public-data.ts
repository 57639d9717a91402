/** @file PublicDataService: the public data sets that a transfer may use. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import { fileDigest } from '@softpost/shared/artifact/digest';
import { readTexts } from '@softpost/shared/text/read-examples';
import { readTask } from '@softpost/shared/text/task';
import type { PublicDataset as DatasetMessage } from '@softpost/shared/rpc/generated/softpost/v1/PublicDataset';
import type { Catalog, PublicDataset } from '../../jobs/catalog.ts';

export function publicDataService({ datasets }: Catalog): ServiceOf<'PublicDataService', CallContext> {
  // They are files of the operator that stay as they are while the server runs.
  let described: Promise<DatasetMessage[]> | undefined;
  const describeAll = async (): Promise<DatasetMessage[]> => {
    try {
      return await Promise.all(Object.entries(datasets).map(([id, dataset]) => describe(id, dataset)));
    } catch (error) {
      // A disk that was away may be back at the next call.
      described = undefined;
      throw error;
    }
  };
  return { ListPublicDatasets: async () => ({ datasets: await (described ??= describeAll()) }) };
}

async function describe(datasetId: string, { file, taskFile, licence }: PublicDataset): Promise<DatasetMessage> {
  const labels = taskFile === undefined ? [] : (await readTask(taskFile)).labels.map(({ name }) => name);
  return { datasetId, records: (await readTexts(file)).length, labels, licence, digest: await fileDigest(file) };
}
