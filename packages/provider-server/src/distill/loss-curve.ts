/** @file The losses of a run, thin enough for a report and a checkpoint. */

import { LOSS_NAMES, type Losses } from './training-program.ts';

export interface CurvePoint extends Losses {
  /** Counted from 1. */
  readonly step: number;
}

export interface LossCurve {
  record(step: number, losses: Losses): void;
  points(): readonly CurvePoint[];
  /** For a checkpoint. */
  toArray(): Float32Array;
}

const MOST_POINTS = 200;
const WIDTH = LOSS_NAMES.length + 1;

/** Keeps the first, the last, and about every 200th part of the steps. @param saved `toArray` of an earlier run */
export function createLossCurve(steps: number, saved: Float32Array = new Float32Array()): LossCurve {
  const every = Math.ceil(steps / MOST_POINTS);
  const numbers = [...saved];
  return {
    record: (step, losses) => {
      if (step !== 1 && step !== steps && step % every !== 0) return;
      // Rounded as a checkpoint rounds them, so that a resumed run reports the same numbers.
      numbers.push(step, ...LOSS_NAMES.map((name) => Math.fround(losses[name])));
    },
    points: () =>
      Array.from({ length: numbers.length / WIDTH }, (_, point) => {
        const [step, loss, kl, lm, cosine] = numbers.slice(point * WIDTH, (point + 1) * WIDTH) as [
          number,
          number,
          number,
          number,
          number,
        ];
        return { step, loss, kl, lm, cosine };
      }),
    toArray: () => Float32Array.from(numbers),
  };
}
