/** @file A training run's state as plain numbers: what a stopped run needs to go on as if it had not stopped. */
import { SoftpostError } from '../errors.ts';
import type { AdamWState } from './adamw.ts';
import type { ParameterMemory } from './parameter-memory.ts';

/** Trained parameters only: frozen ones come from the same place as at the first start. */
export interface Checkpoint extends AdamWState {
  /** `ParameterMemory.layout` of the run. */
  readonly layout: readonly string[];
  readonly parameters: Float32Array;
}

/** A copy that later steps leave alone. */
export function captureCheckpoint(memory: ParameterMemory, { step, m, v }: AdamWState): Checkpoint {
  return { step, layout: memory.layout, parameters: memory.parameters.slice(), m: m.slice(), v: v.slice() };
}

/**
 * Writes a checkpoint's numbers into `memory` and returns the optimiser's state there.
 * @throws SoftpostError BAD_CHECKPOINT: it belongs to another model or is damaged; the memory is then unchanged
 */
export function restoreCheckpoint(memory: ParameterMemory, { step, layout, parameters, m, v }: Checkpoint): AdamWState {
  const longest = layout.length > memory.layout.length ? layout : memory.layout;
  const at = longest.findIndex((_, index) => layout[index] !== memory.layout[index]);
  if (at >= 0) {
    const [found, wanted] = [layout[at] ?? 'nothing', memory.layout[at] ?? 'nothing'];
    throw new SoftpostError('BAD_CHECKPOINT', `The checkpoint holds ${found} where this run has ${wanted}.`);
  }
  const size = memory.parameters.length;
  const damaged = Object.entries({ parameters, m, v }).find(([, array]) => array.length !== size);
  if (damaged)
    throw new SoftpostError(
      'BAD_CHECKPOINT',
      `The checkpoint's '${damaged[0]}' has ${damaged[1].length} numbers, not ${size}.`,
    );
  if (!Number.isSafeInteger(step) || step < 0)
    throw new SoftpostError('BAD_CHECKPOINT', `The checkpoint's step is ${step}.`);
  const state = memory.initAdamW();
  memory.parameters.set(parameters);
  state.m.set(m);
  state.v.set(v);
  return { ...state, step };
}
