import { expect, test } from 'vitest';
import { createProgressFilter } from './progress-filter.ts';

/** The steps that are kept of a phase whose steps take so many milliseconds. */
function kept(steps: number, msAStep: number, phases: readonly string[] = ['transfer']): readonly number[] {
  let time = 0;
  const isKept = createProgressFilter(() => time);
  return phases.flatMap((phase) =>
    Array.from({ length: steps }, (_, index) => index + 1).filter((step) => {
      time += msAStep;
      return isKept({ kind: 'progress', phase, step, steps, metrics: {} });
    }),
  );
}

// Kills: a row for every step of a long job, be it a fast one or a slow one.
test.each([
  [10_000, 1, 12],
  [10_000, 10, 102],
  [10_000, 100, 202],
  [10_000, 30_000, 1002],
  [1_000_000, 20, 202],
])('of %i steps of %i ms at most %i are kept', (steps, ms, most) => {
  const rows = kept(steps, ms);
  expect(rows.length).toBeLessThanOrEqual(most);
  expect(rows.length).toBeGreaterThan(most / 2);
  expect([rows[0], rows.at(-1)]).toEqual([1, steps]);
});

test('few slow steps are all kept, and each phase has its first and last', () => {
  expect(kept(5, 2000)).toEqual([1, 2, 3, 4, 5]);
  expect(kept(5, 1, ['references', 'transfer'])).toEqual([1, 5, 1, 5]);
});
