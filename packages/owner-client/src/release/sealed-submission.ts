/** @file What a submission consists of: a sealed prompt, the public task, and the envelope that binds them to one student of one provider, once. */

import type { Task } from '@softpost/shared/text/task';
import type { Id } from '../ids.ts';
import type { TransferChoices } from '../run/run-config.ts';
import { isSealedPrompt, type SealedPrompt } from './sealed-prompt.ts';

/** Only `sealSubmission` can set this. */
const SEALED: unique symbol = Symbol('sealed submission');

export interface SealedSubmission {
  readonly prompt: SealedPrompt;
  readonly studentId: Id;
  readonly studentVersion: number;
  readonly task: Task;
  readonly options: TransferChoices;
  /** Also the idempotency key. */
  readonly nonce: string;
  /** Signed, in canonical JSON. */
  readonly envelope: string;
  readonly [SEALED]: true;
}

/** Whether `value` came from `sealSubmission`, whatever its type says. */
export function isSealedSubmission(value: unknown): value is SealedSubmission {
  return (
    typeof value === 'object' && value !== null && SEALED in value && isSealedPrompt((value as SealedSubmission).prompt)
  );
}
