/** @file Steps under a heading each, and how long they took. */

import type { Report } from '@softpost/shared/events';
import type { DemoResult } from './result.ts';

export interface Stopwatch {
  /** Says what begins, runs it, and adds its time to that of its kind. */
  readonly timed: <Result>(step: string, run: () => Promise<Result>) => Promise<Result>;
  /** In the order in which the steps first ran. */
  readonly timings: DemoResult['timings'];
}

export function createStopwatch(emit: Report): Stopwatch {
  const timings: { readonly step: string; seconds: number }[] = [];
  return {
    timings,
    timed: async (step, run) => {
      emit({ kind: 'message', level: 'info', message: step });
      const start = performance.now();
      const result = await run();
      const seconds = (performance.now() - start) / 1000;
      const known = timings.find((timing) => timing.step === step);
      if (known) known.seconds += seconds;
      else timings.push({ step, seconds });
      return result;
    },
  };
}
