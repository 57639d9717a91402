/** @file What a kind of job gets to work with, and what it hands back. */

import type { OptionsOf, ResultOf } from '@softpost/shared/engine/compute-process';
import type { ProviderTasks } from '../compute.ts';
import type { ArtifactStore } from '../store/artifacts/artifact-store.ts';
import type { Db, Job } from '../store/rows.ts';
import type { Catalog } from './catalog.ts';
import type { Ending } from './claim.ts';

export interface Workplace {
  readonly db: Db;
  readonly store: ArtifactStore;
  readonly catalog: Catalog;
  /** Runs a long task in the job's compute process; it ends early, with its checkpoint written, when the job is to stop. */
  readonly call: <Name extends keyof ProviderTasks>(
    task: Name,
    options: OptionsOf<ProviderTasks[Name]>,
  ) => Promise<ResultOf<ProviderTasks[Name]>>;
  /** Of the job alone. What stands in it from an earlier attempt is gone on with. */
  readonly dir: string;
  readonly threads: number | undefined;
}

export interface Outcome {
  /** What the job reports at its end. */
  readonly report: object;
  readonly message: string;
  /** Writes what the job made into the transaction that ends it, and says what of it the job's own row names. */
  readonly save?: (trx: Db) => Promise<Ending['changes']>;
}

/** Does one job. The same job gives the same outcome, however often it is interrupted. */
export type Work = (job: Job, place: Workplace) => Promise<Outcome>;
