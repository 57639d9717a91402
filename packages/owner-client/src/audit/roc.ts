/** @file How well scores tell members from others: area under the curve, and true positives where false ones are rare. */

import { clopperPearson } from './binomial.ts';
import type { AttackScores } from './likelihood-ratio.ts';

export interface RocPoint {
  readonly falsePositives: number;
  readonly truePositives: number;
}

export interface Roc {
  readonly positives: number;
  readonly negatives: number;
  /** One point for each threshold, from none counted as a member to all; equal scores are counted at once. */
  readonly points: readonly RocPoint[];
  /** Area under the curve: 1/2 is guessing. */
  readonly auc: number;
}

export function rocOf({ scores, included }: AttackScores): Roc {
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  const points: RocPoint[] = [{ falsePositives: 0, truePositives: 0 }];
  let truePositives = 0;
  let falsePositives = 0;
  let area = 0;
  order.forEach((trial, rank) => {
    if (included[trial] === 1) truePositives++;
    else falsePositives++;
    if (rank + 1 < order.length && scores[order[rank + 1]!] === scores[trial]) return;
    const last = points.at(-1)!;
    area += ((falsePositives - last.falsePositives) * (truePositives + last.truePositives)) / 2;
    points.push({ falsePositives, truePositives });
  });
  return { positives: truePositives, negatives: falsePositives, points, auc: area / (truePositives * falsePositives) };
}

/** A share and its Clopper-Pearson bounds, each wrong with probability at most `significance`; trials are taken as independent. */
export interface Rate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface OperatingPoint {
  readonly falsePositiveRate: Rate;
  readonly truePositiveRate: Rate;
}

/** The lowest threshold whose share of false positives is at most `limit`. */
export function operatingPoint(
  { positives, negatives, points }: Roc,
  limit: number,
  significance: number,
): OperatingPoint {
  const { falsePositives, truePositives } = points.findLast((point) => point.falsePositives <= limit * negatives)!;
  const rate = (successes: number, trials: number): Rate => ({
    value: successes / trials,
    ...clopperPearson(successes, trials, significance),
  });
  return {
    falsePositiveRate: rate(falsePositives, negatives),
    truePositiveRate: rate(truePositives, positives),
  };
}
