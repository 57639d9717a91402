/** @file What an owner asks the provider to transfer, and the digests by which the envelope binds the parts of it. */

import { z } from 'zod';
import { digestOf, type Digest } from '../artifact/digest.ts';
import { modelIdSchema } from '../manifest/manifest.ts';
import { canonicalJson } from '../signature/canonical-json.ts';
import type { Task } from '../text/task.ts';

export const transferChoicesSchema = z
  .strictObject({
    /** Public data set; left out, the provider chooses. */
    datasetId: modelIdSchema.optional(),
    /** Left out, it is chosen without private data. */
    alpha: z.number().min(0).max(1).optional(),
    /** What the losses compare. */
    compare: z.enum(['vocabulary', 'labels']),
    /** Left out, the provider's default. */
    steps: z.int().min(1).max(10_000_000).optional(),
    seed: z.int().nonnegative(),
  })
  .readonly();

export type TransferChoices = z.infer<typeof transferChoicesSchema>;

export interface Submission {
  /** Also the envelope's nonce: an envelope counts once. */
  readonly idempotencyKey: string;
  readonly studentId: string;
  readonly studentVersion: number;
  /** adapter_model.safetensors. */
  readonly prompt: Uint8Array;
  /** receipt.json. */
  readonly receipt: string;
  readonly task: Task;
  readonly choices: TransferChoices;
}

/** As protobuf has it, nothing said and the empty value are one. @throws SoftpostError BAD_TASK_FILE for a text that is not Unicode */
export function taskDigest({ initText = '', maxLength = 0, ...task }: Task): Digest {
  return digestOf(canonicalJson({ ...task, initText, maxLength }, 'BAD_TASK_FILE'));
}

export function choicesDigest({ datasetId = '', alpha, steps = 0, compare, seed }: TransferChoices): Digest {
  return digestOf(canonicalJson({ datasetId, alpha: alpha ?? null, compare, steps, seed }));
}
