/** @file The plot of a LiRA audit: the attack's curve against what the claim allows, both on logarithmic axes. */

import type { LiraReport } from './lira.ts';
import { linePlot } from './line-plot.ts';
import { writeAuditPage } from './page.ts';
import type { Roc } from './roc.ts';
import { highestTruePositiveRate, type PrivacyCurve } from './trade-off.ts';

/** Rates of the plotted curves, eight for a factor of ten. */
const RATES = Array.from({ length: 33 }, (_, index) => 10 ** (index / 8 - 4));

export async function writeLiraPage(
  path: string,
  report: LiraReport,
  { points, positives, negatives }: Roc,
  curve: PrivacyCurve,
): Promise<void> {
  const axis = (label: string) => ({ label, from: 1e-4, to: 1, scale: 'log' }) as const;
  const attack = points.map(
    ({ falsePositives, truePositives }) => [falsePositives / negatives, truePositives / positives] as const,
  );
  const allowed = RATES.map((rate) => [rate, highestTruePositiveRate(curve, rate)] as const);
  const plot = linePlot(axis('false-positive rate'), axis('true-positive rate'), [
    { name: 'attack', points: attack },
    ...(curve.length > 0 ? [{ name: 'highest that the claim allows', points: allowed, dashed: true }] : []),
    { name: 'guessing', points: RATES.map((rate) => [rate, rate] as const), dashed: true },
  ]);
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  await writeAuditPage(path, {
    ...report,
    title: 'Membership inference with shadow prompts (LiRA)',
    plot,
    explanation:
      'The attack tells which records a prompt was tuned with. Its curve must stay below what the claim allows; near the line of guessing it tells nothing.',
    facts: [
      ['shadow prompts', String(report.shadows)],
      ['trials', String(report.trials)],
      ['area under the curve', `${report.auc.toFixed(3)} (guessing: 0.5)`],
      ...report.points.map(({ limit, truePositiveRate: { value, low, high }, allowed: most }) => {
        const claim = most === null ? '' : `; the claim allows ${percent(most)}`;
        return [
          `true positives at ${percent(limit)}`,
          `${percent(value)} (${percent(low)} to ${percent(high)})${claim}`,
        ] as const;
      }),
      ['epsilon claimed', report.epsilonClaimed === null ? 'infinity: none' : report.epsilonClaimed.toFixed(3)],
    ],
  });
}
