import { expect, test } from 'vitest';
import { ALPHA_GRID, chooseAlpha } from './calibrate-alpha.ts';

const chosen = (...accuracies: readonly number[]): number =>
  chooseAlpha(
    accuracies.map((accuracy, index) => ({ alpha: ALPHA_GRID[index]!, accuracy })),
    76,
  );

test('alpha is taken where its neighbours do well too, not at a lucky single trial', () => {
  expect(chosen(0.5, 0.9, 0.5, 0.7, 0.75, 0.65)).toBe(0.8);
});

// Kills: the best trial by a hair, here alpha = 0 (trials on arisetv that lost 22 points).
test('where all alphas do alike it is taken from the middle', () => {
  expect(chosen(0.408, 0.382, 0.408, 0.395, 0.395, 0.342)).toBe(0.4);
  expect(chosen(1, 1, 1, 1, 1, 1)).toBe(0.4);
});

test('an end of the grid is taken where it is plainly best', () => {
  expect(chosen(0.289, 0.289, 0.368, 0.43, 0.487, 0.592)).toBe(1);
  expect(chosen(0.9, 0.7, 0.6, 0.5, 0.4, 0.3)).toBe(0);
});
