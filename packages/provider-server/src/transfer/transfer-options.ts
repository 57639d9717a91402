/** @file What a transfer is asked to do, and the defaults. */

import type { PromptInitialisation } from '@softpost/shared/model/initial-prompt';

export interface TransferOptions {
  readonly teacherDir: string;
  readonly studentDir: string;
  /** The owner's released prompt p_s. The same one may be transferred to any number of teachers at no further epsilon. */
  readonly promptDir: string;
  /** The owner's public key (PEM); without it the receipt may be signed with any. */
  readonly ownerKeyFile?: string | undefined;
  /** Public texts; labels in the file are not read. */
  readonly publicFile: string;
  /** The private task's: public texts go through its template, so that the scored position means the same. */
  readonly taskFile: string;
  readonly outDir: string;
  readonly alpha: number | 'auto';
  /** A labelled public set for `auto`; without one the teacher labels the public texts. */
  readonly proxy?: { readonly taskFile: string; readonly dataFile: string } | undefined;
  /**
   * What the losses compare: all `vocabulary` logits, as in the paper, or the scores of the task's `labels` alone. The
   * latter says nothing of other tokens, so it serves classification only, and there it transfers more of what was tuned.
   */
  readonly compare: 'vocabulary' | 'labels';
  readonly steps: number;
  readonly batchSize: number;
  /** Adam's first learning rate in units of the teacher's embedding table's root mean square. */
  readonly learningRate: number;
  /** Where p_t starts; `student` = at p_s, for equal hidden sizes. */
  readonly initialisation: PromptInitialisation | 'student';
  /** Most public texts used. */
  readonly publicLimit: number;
  readonly seed: number;
  readonly threads?: number | undefined;
}

export const TRANSFER_DEFAULTS = {
  alpha: 'auto',
  compare: 'vocabulary',
  steps: 400,
  batchSize: 32,
  learningRate: 0.1,
  initialisation: 'vocabulary',
  publicLimit: 1024,
  seed: 1,
} as const satisfies Partial<TransferOptions>;
