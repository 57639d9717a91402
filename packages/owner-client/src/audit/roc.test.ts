import { expect, test } from 'vitest';
import { operatingPoint, rocOf } from './roc.ts';

const roc = (scores: readonly number[], included: readonly number[]) =>
  rocOf({ scores: Float64Array.from(scores), included: Uint8Array.from(included) });

// By hand: of the 2 x 3 pairs of member and other, the member is higher in 4 and equal in 1: (4 + 1/2) / 6.
// Kills: equal scores counted for the attacker.
test('the area counts pairs, and equal scores half', () => {
  const { auc, points } = roc([5, 4, 3, 3, 1], [1, 0, 1, 0, 0]);
  expect(auc).toBe(4.5 / 6);
  expect(points).toEqual([
    { falsePositives: 0, truePositives: 0 },
    { falsePositives: 0, truePositives: 1 },
    { falsePositives: 1, truePositives: 1 },
    { falsePositives: 2, truePositives: 2 },
    { falsePositives: 3, truePositives: 2 },
  ]);
});

test('perfect scores have area 1, reversed ones 0, equal ones 1/2', () => {
  expect(roc([4, 3, 2, 1], [1, 1, 0, 0]).auc).toBe(1);
  expect(roc([1, 2, 3, 4], [1, 1, 0, 0]).auc).toBe(0);
  expect(roc([1, 1, 1, 1], [1, 1, 0, 0]).auc).toBe(0.5);
});

// Kills: a threshold that lets through more false positives than its limit, or none where one is allowed.
test('the threshold is the lowest within the limit', () => {
  const scores = Array.from({ length: 200 }, (_, index) => -index);
  const included = scores.map((_, index) => Number(index % 2 === 0));
  const at = (limit: number) => operatingPoint(roc(scores, included), limit, 0.025);
  expect(at(0.001)).toMatchObject({ falsePositiveRate: { value: 0, low: 0 }, truePositiveRate: { value: 0.01 } });
  expect(at(0.03)).toMatchObject({ falsePositiveRate: { value: 0.03 }, truePositiveRate: { value: 0.04 } });
  // scipy: beta.ppf(0.975, 4, 97)
  expect(at(0.03).falsePositiveRate.high).toBeCloseTo(0.085176, 6);
});
