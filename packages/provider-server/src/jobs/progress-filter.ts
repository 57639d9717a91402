/**
 * @file Which progress events a history keeps: a job of 10,000 steps must not write as many rows. Of each phase the first and the
 * last step; between them a step that is at least a second after the last one kept AND at least 1/200 of the phase further, or
 * five minutes after it. So a phase writes about 200 rows, or one in five minutes where that is more.
 */

import type { ProgressEvent } from '@softpost/shared/events';

const EVERY_MS = 1000;
const AT_LEAST_EVERY_MS = 300_000;
const ROWS_A_PHASE = 200;

/** @param now milliseconds on any clock that goes forward */
export function createProgressFilter(now: () => number = () => performance.now()): (event: ProgressEvent) => boolean {
  let kept: { readonly phase: string; readonly step: number; readonly time: number } | undefined;
  return ({ phase, step, steps }) => {
    const time = now();
    const [passed, further] = kept?.phase === phase ? [time - kept.time, step - kept.step] : [Infinity, Infinity];
    const isDue =
      step >= steps || passed >= AT_LEAST_EVERY_MS || (passed >= EVERY_MS && further >= steps / ROWS_A_PHASE);
    if (isDue) kept = { phase, step, time };
    return isDue;
  };
}
