/** @file What the operator has put at this machine: teachers, and public data sets. */

import { SoftpostError } from '@softpost/shared/errors';

export interface PublicDataset {
  /** JSON Lines, CSV, Parquet or plain lines. */
  readonly file: string;
  /** Of a labelled one: the task that its labels answer. */
  readonly taskFile?: string | undefined;
  readonly licence: string;
}

export interface Catalog {
  /** Model folders by id. */
  readonly teachers: Readonly<Record<string, string>>;
  /** By id. The first one is used where nobody names one. */
  readonly datasets: Readonly<Record<string, PublicDataset>>;
}

/** The folder of a teacher. @throws UNKNOWN_ID */
export function teacherFolder({ teachers }: Catalog, id: string): string {
  if (Object.hasOwn(teachers, id)) return teachers[id]!;
  throw new SoftpostError('UNKNOWN_ID', `there is no teacher ${id}`);
}

/** @throws UNKNOWN_ID */
export function publicDataset({ datasets }: Catalog, id = Object.keys(datasets)[0] ?? ''): PublicDataset {
  if (Object.hasOwn(datasets, id)) return datasets[id]!;
  throw new SoftpostError('UNKNOWN_ID', id === '' ? 'there are no public data sets' : `there is no data set ${id}`);
}
