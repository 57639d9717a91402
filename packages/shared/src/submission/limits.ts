/**
 * @file How large a submission may be. The owner keeps to it before epsilon is spent, and the provider refuses what is above: a limit that only the provider
 * knew would be found out when the privacy is gone.
 */

import { MAX_PROMPT_HEADER_BYTES } from '../artifact/prompt-folder.ts';
import { LENGTH_BYTES } from '../artifact/safetensors-header.ts';
import { SoftpostError } from '../errors.ts';
import type { Task } from '../text/task.ts';
import { taskDigest } from './submission.ts';

export const MAX_VIRTUAL_TOKENS = 256;

/** Virtual tokens times hidden size. */
export const MAX_PROMPT_VALUES = MAX_VIRTUAL_TOKENS * 8192;

/** Of the run that tuned the prompt: epsilon is computed again, which took 2 s at most for as many, and 22 s for a thousand million. */
export const MAX_TUNING_STEPS = 10_000_000;

/** Of the task as JSON, in UTF-16 code units. */
export const MAX_TASK_CHARACTERS = 64 << 10;

/** Of a message with a whole submission: a character takes three bytes, and receipt, envelope and names less than the rest. */
export const MAX_SUBMISSION_BYTES =
  LENGTH_BYTES + MAX_PROMPT_HEADER_BYTES + 4 * MAX_PROMPT_VALUES + 4 * MAX_TASK_CHARACTERS + (64 << 10);

export interface PromptSize {
  readonly virtualTokens: number;
  readonly hiddenSize: number;
}

/** Why a prompt of this size is not accepted; undefined for one that is. */
export function promptSizeFault(
  { virtualTokens, hiddenSize }: PromptSize,
  maxVirtualTokens = MAX_VIRTUAL_TOKENS,
): string | undefined {
  if (virtualTokens > maxVirtualTokens) {
    return `it has ${virtualTokens} virtual tokens; at most ${maxVirtualTokens} are accepted`;
  }
  if (virtualTokens * hiddenSize <= MAX_PROMPT_VALUES) return undefined;
  const most = Math.floor(MAX_PROMPT_VALUES / hiddenSize);
  return `it has ${virtualTokens} virtual tokens; at most ${most} of ${hiddenSize} values are accepted`;
}

/** @throws SoftpostError BAD_TASK_FILE for a task that is too large, or holds a text that is not Unicode and so cannot be signed */
export function checkTask(task: Task, source = 'task'): void {
  const characters = JSON.stringify(task).length;
  if (characters > MAX_TASK_CHARACTERS) {
    const message = `${source}: ${characters} characters; at most ${MAX_TASK_CHARACTERS} are accepted`;
    throw new SoftpostError('BAD_TASK_FILE', message);
  }
  taskDigest(task);
}
