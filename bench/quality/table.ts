/** @file The quality table: mean and standard error over seeds, a row a pair and privacy setting. */

import { percent } from '../../demo/result.ts';
import type { Measurement } from './run.ts';

const COLUMNS = ['zero-shot', 'full PT', 'compressed PT', 'direct'] as const;

/** Markdown. `POST best` is the fixed alpha with the highest mean accuracy on the test set: an oracle, named as one. */
export function qualityTable(results: readonly Measurement[]): string {
  const rows = new Map<string, Measurement[]>();
  for (const measurement of results) {
    const key = `${measurement.pair} | ${measurement.dp ? '8' : '∞'}`;
    rows.set(key, [...(rows.get(key) ?? []), measurement]);
  }
  const lines = [...rows].map(([key, measured]) => {
    const of = (method: string): readonly number[] =>
      measured.filter((one) => one.method === method).map(({ accuracy }) => accuracy);
    const alphas = [...new Set(measured.map(({ method }) => method))].filter((method) => /^POST [\d.]+$/.test(method));
    const best = alphas.toSorted((a, b) => mean(of(b)) - mean(of(a)))[0];
    const cells = COLUMNS.map((method) => percent(of(method)));
    return `| ${key} | ${cells.join(' | ')} | ${best === undefined ? '–' : `${percent(of(best))} (${best.slice(5)})`} | ${percent(of('POST auto'))} | ${percent(of('POST labels'))} | ${of('compressed PT').length} |`;
  });
  return [
    '| private -> public | ε | zero-shot | full PT | compressed PT | direct | POST, best α (oracle) | POST, auto α | POST on label scores, α = 0 | seeds |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
