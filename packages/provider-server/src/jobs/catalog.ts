/** @file What the operator has put at this machine: teachers, public data sets, and how jobs are done where nobody says. */

import { z } from 'zod';
import { SoftpostError } from '@softpost/shared/errors';
import { PROMPT_INITIALISATIONS } from '@softpost/shared/model/initial-prompt';

const count = z.int().min(1).max(10_000_000).exactOptional();
const rate = z.number().positive().exactOptional();

export const catalogSchema = z.object({
  /** Model folders by id. */
  teachers: z.record(z.string(), z.string().min(1)).default({}),
  /** By id. The first one is used where nobody names one. */
  datasets: z
    .record(
      z.string(),
      z.strictObject({
        /** JSON Lines, CSV, Parquet or plain lines. */
        file: z.string().min(1),
        /** Of a labelled one: the task that its labels answer. */
        taskFile: z.string().min(1).optional(),
        licence: z.string().min(1),
      }),
    )
    .default({}),
  /** Over the programs' own defaults, and below what a job is asked for. */
  defaults: z
    .strictObject({
      distill: z.strictObject({ steps: count, batch: count, length: count, learningRate: rate }).exactOptional(),
      transfer: z
        .strictObject({
          steps: count,
          batchSize: count,
          learningRate: rate,
          initialisation: z.enum(PROMPT_INITIALISATIONS).exactOptional(),
          publicLimit: count,
        })
        .exactOptional(),
    })
    .optional(),
});

export type Catalog = Readonly<z.infer<typeof catalogSchema>>;
export type PublicDataset = Catalog['datasets'][string];

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
