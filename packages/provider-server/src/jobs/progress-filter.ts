/**
 * @file Which progress events a history keeps: a job of 10,000 steps must not write as many rows. Of each phase the first and the
 * last step; between them a step that is at least a second after the last one kept AND at least 1/200 of the phase further.
 * So a phase writes about 200 rows at most, and a job no more than one a second. Messages are all kept.
 */

import type { ProgressEvent } from '@softpost/shared/events';

const EVERY_MS = 1000;
const ROWS_A_PHASE = 200;

/** @param now milliseconds on any clock that goes forward */
export function createProgressFilter(now: () => number = () => performance.now()): (event: ProgressEvent) => boolean {
  let kept: { readonly phase: string; readonly step: number; readonly time: number } | undefined;
  return ({ phase, step, steps }) => {
    const time = now();
    const isDue =
      kept?.phase !== phase ||
      step >= steps ||
      (time - kept.time >= EVERY_MS && step - kept.step >= steps / ROWS_A_PHASE);
    if (isDue) kept = { phase, step, time };
    return isDue;
  };
}
