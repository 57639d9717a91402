/** @file The results of `softpost-owner audit` for people: the verdict first. */

import type { LiraReport } from '../audit/lira.ts';
import type { OneRunReport } from '../audit/one-run.ts';
import { LOCAL_NOTICE, PUBLIC_NOTICE } from '../audit/page.ts';

export function oneRunText(report: OneRunReport): string {
  const { verdict, canaries, guesses, correct, epsilonLowerBound, epsilonClaimed, delta, scores, local } = report;
  const others = scores.map(({ score, correct: right }) => `${score} ${right}`).join(', ');
  return [
    verdict,
    '',
    `guesses  ${correct} of ${guesses} right, about ${canaries} canaries (by score: ${others})`,
    `epsilon  at least ${epsilonLowerBound.toFixed(4)} (95 % confidence), at delta ${delta}`,
    `claimed  ${epsilonClaimed?.toFixed(4) ?? 'nothing'}`,
    '',
    local ? LOCAL_NOTICE : PUBLIC_NOTICE,
  ].join('\n');
}

export function liraText({ verdict, shadows, trials, auc, points, epsilonClaimed, delta }: LiraReport): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  return [
    verdict,
    '',
    `attack   ${trials} trials on ${shadows} shadow prompts, area under the curve ${auc.toFixed(4)} (guessing: 0.5)`,
    ...points.map(
      ({ limit, truePositiveRate: { value, low, high }, allowed }) =>
        `  at ${percent(limit)} false positives, ${percent(value)} true ones (${percent(low)} to ${percent(high)})` +
        (allowed === null ? '' : `; the claim allows ${percent(allowed)}`),
    ),
    `claimed  ${epsilonClaimed === null ? 'nothing (epsilon is infinite)' : `epsilon ${epsilonClaimed.toFixed(4)} at delta ${delta}`}`,
    '',
    LOCAL_NOTICE,
  ].join('\n');
}
