/** @file What a tuning run is asked to do, and the defaults. */

import type { PromptInitialisation } from '@softpost/shared/model/initial-prompt';
import type { PlanOptions } from '../privacy/sampling-plan.ts';

/** `lotSize` and `steps` are those of the run itself. */
type PlanPart<Options> = Options extends unknown ? Omit<Options, 'lotSize' | 'steps'> : never;

export const OPTIMISERS = ['adam', 'adam-bc'] as const;

/** Privacy must be chosen: `{ dp: false }` is stamped into the prompt. */
export type TunePrivacy = ({ readonly dp: true } & PlanPart<PlanOptions>) | { readonly dp: false };

export interface TuneOptions {
  readonly studentDir: string;
  readonly taskFile: string;
  readonly dataFile: string;
  readonly outDir: string;
  /** The owner's signing key, made there if there is none. */
  readonly keyFile: string;
  readonly privacy: TunePrivacy;
  /** The privacy ledger, on which every run on these records must stand; made where it is not there. */
  readonly ledgerFile: string;
  /** Epsilon that all runs on these records together may not exceed, at the delta of the first; set once. @default none */
  readonly budget?: number | undefined;
  readonly virtualTokens: number;
  readonly steps: number;
  /** Expected lot size with privacy, batch size without. */
  readonly lotSize: number;
  /** `adam-bc` takes the variance of the noise out of the second moment, so it is for private runs only. */
  readonly optimiser: (typeof OPTIMISERS)[number];
  /** Adam's learning rate, in units of the embedding table's root mean square. */
  readonly learningRate: number;
  readonly initialisation: PromptInitialisation;
  /** Of the initial prompt, and without privacy of the order of records. With privacy neither sampling nor noise has a seed. */
  readonly seed: number;
  /** Most examples in one pass. */
  readonly microbatch: number;
  readonly threads?: number | undefined;
  /** Where to write the private health report; never in `outDir`. */
  readonly healthFile?: string | undefined;
}

/** Defaults for all but paths and privacy. */
export const TUNE_DEFAULTS = {
  virtualTokens: 20,
  steps: 300,
  lotSize: 64,
  optimiser: 'adam',
  learningRate: 0.1,
  initialisation: 'vocabulary',
  seed: 1,
  microbatch: 64,
} as const satisfies Partial<TuneOptions>;
