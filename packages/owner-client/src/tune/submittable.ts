/** @file Whether a prompt that is still to be tuned could be submitted: what the provider would refuse for its size is refused before it costs epsilon. */

import { SoftpostError } from '@softpost/shared/errors';
import { MAX_TUNING_STEPS, promptSizeFault, type PromptSize } from '@softpost/shared/submission/limits';

/** @throws SoftpostError BAD_OPTION */
export function checkSteps(steps: number): void {
  if (steps > MAX_TUNING_STEPS) refuse(`its run has ${steps} steps; at most ${MAX_TUNING_STEPS} are accepted`);
}

/** @throws SoftpostError BAD_OPTION */
export function checkPromptSize(size: PromptSize): void {
  const fault = promptSizeFault(size);
  if (fault !== undefined) refuse(fault);
}

function refuse(fault: string): never {
  throw new SoftpostError('BAD_OPTION', `the prompt could not be submitted: ${fault}`);
}
