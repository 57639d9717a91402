/** @file A CreateTransferRequest as what it says: in protobuf, a field that was left out and an empty one are the same. */

import type { CreateTransferRequest__Output } from '@softpost/shared/rpc/generated/softpost/v1/CreateTransferRequest';
import type { Task__Output } from '@softpost/shared/rpc/generated/softpost/v1/Task';
import type { TransferOptions__Output } from '@softpost/shared/rpc/generated/softpost/v1/TransferOptions';
import type { Submission } from '@softpost/shared/submission/submission';

/** A submission before anything in it is believed. */
export interface ReceivedSubmission extends Omit<Submission, 'task' | 'choices'> {
  readonly signedEnvelope: string;
  readonly task: unknown;
  readonly choices: unknown;
}

export function receivedSubmission({ task, options, ...rest }: CreateTransferRequest__Output): ReceivedSubmission {
  return { ...rest, task: task && taskOf(task), choices: options && choicesOf(options) };
}

function taskOf({ initText, maxLength, ...task }: Task__Output): object {
  return { ...task, ...(initText !== '' && { initText }), ...(maxLength !== 0 && { maxLength }) };
}

const COMPARE: Readonly<Partial<Record<string, string>>> = {
  COMPARISON_VOCABULARY: 'vocabulary',
  COMPARISON_LABELS: 'labels',
};

function choicesOf({ datasetId, alpha, comparison, steps, seed }: TransferOptions__Output): object {
  return {
    ...(datasetId !== '' && { datasetId }),
    ...(alpha !== undefined && { alpha }),
    compare: COMPARE[comparison] ?? comparison,
    ...(steps !== 0 && { steps }),
    seed,
  };
}
