import { expect, test } from 'vitest';
import { constant, warmupCosine, warmupLinear, warmupStableDecay } from './schedule.ts';
import type { Schedule } from './schedule.ts';

const rates = (schedule: Schedule, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => Number(schedule(step).toFixed(6)));

test('a constant rate does not change', () => {
  expect(rates(constant(0.3), 3)).toEqual([0.3, 0.3, 0.3]);
});

test('the linear schedule rises to the peak and falls to the floor', () => {
  const schedule = warmupLinear({ peak: 1, warmupSteps: 2, totalSteps: 6, floor: 0.2 });
  expect(rates(schedule, 8)).toEqual([0.5, 1, 1, 0.8, 0.6, 0.4, 0.2, 0.2]);
});

test('the cosine schedule is half-way down in the middle', () => {
  const schedule = warmupCosine({ peak: 2, totalSteps: 4 });
  expect(rates(schedule, 5)).toEqual([2, 1.707107, 1, 0.292893, 0]);
});

test('the WSD schedule stays at the peak until its decay', () => {
  const schedule = warmupStableDecay({ peak: 1, warmupSteps: 2, totalSteps: 8, decaySteps: 2 });
  expect(rates(schedule, 9)).toEqual([0.5, 1, 1, 1, 1, 1, 1, 0.5, 0]);
});
