/** @file The plot of a one-run audit: how the scores of canaries that were in and of those that were out are spread. */

import { linePlot, type Series } from './line-plot.ts';
import type { OneRunReport } from './one-run.ts';
import { writeAuditPage } from './page.ts';

const BINS = 60;

const TITLES = {
  dirac: 'One-run audit of sampling, clipping and noise',
  text: 'One-run audit with canaries among the private records',
};

export async function writeOneRunPage(
  path: string,
  report: OneRunReport,
  scores: Float64Array,
  included: Uint8Array,
): Promise<void> {
  const { kind, canaries, guesses, correct, epsilonClaimed, epsilonLowerBound, delta, score } = report;
  await writeAuditPage(path, {
    ...report,
    title: TITLES[kind],
    plot: histogram(scores, included),
    explanation:
      'Each canary was in by its own coin. The more the two curves lie apart, above all at their ends, the more the run tells. ' +
      'The highest scores were guessed as in, the lowest as out.',
    facts: [
      ['canaries', String(canaries)],
      ['guesses', String(guesses)],
      ['right guesses', `${correct} (${((100 * correct) / guesses).toFixed(1)} %)`],
      ['epsilon, at least', `${epsilonLowerBound.toFixed(3)} (95 % confidence)`],
      ['epsilon claimed', epsilonClaimed === null ? 'none' : epsilonClaimed.toFixed(3)],
      ['delta', String(delta)],
      ['score', score],
    ],
  });
}

/** Scores are ranked, not compared by value, so the few most extreme ones are put into the end bins. */
function histogram(scores: Float64Array, included: Uint8Array): string {
  const sorted = scores.toSorted();
  const from = sorted[Math.floor(sorted.length / 1000)]!;
  const to = Math.max(sorted.at(-1 - Math.floor(sorted.length / 1000))!, from + 1e-9);
  const series = ([1, 0] as const).map((bit): Series => {
    const shares = new Float64Array(BINS);
    let total = 0;
    scores.forEach((score, index) => {
      if (included[index] !== bit) return;
      const bin = Math.floor(((score - from) / (to - from)) * BINS);
      shares[Math.min(BINS - 1, Math.max(0, bin))]! += 1;
      total++;
    });
    const at = (bin: number): number => from + ((bin + 0.5) / BINS) * (to - from);
    return { name: bit === 1 ? 'in' : 'out', points: Array.from(shares, (count, bin) => [at(bin), count / total]) };
  });
  const highest = Math.max(...series.flatMap(({ points }) => points.map(([, share]) => share)));
  return linePlot(
    { label: 'score', from, to, scale: 'linear' },
    { label: 'share of canaries', from: 0, to: highest, scale: 'linear' },
    series,
  );
}
