import { expect, test } from 'vitest';
import { epochBatch, seededOrder, seededRandom } from './seeded-random.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number): number[] => Array.from({ length: 5 }, seededRandom(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(draw(7)).not.toEqual(draw(7 + 2 ** 32));
});

test('numbers are uniform in [0, 1)', () => {
  const random = seededRandom(1);
  const numbers = Array.from({ length: 20_000 }, random);
  const mean = numbers.reduce((a, b) => a + b) / numbers.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * numbers.length));
  expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
});

test('an order holds every index once', () => {
  expect([...seededOrder(50, 3)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

test('an epoch sees every record once, the next epoch in another order', () => {
  const epoch = (first: number): number[] => [0, 1, 2, 3, 4].flatMap((step) => [...epochBatch(20, 4, first + step, 9)]);
  expect([...epoch(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(epoch(0)).not.toEqual(epoch(5));
});

test('a batch larger than the data is all of the data', () => {
  expect([...epochBatch(3, 8, 0, 1)].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
});
