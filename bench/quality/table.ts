/** @file The quality table: mean and standard error over seeds, a row a pair and privacy setting. */

import { percent } from '../../demo/result.ts';
import type { Measurement } from './run.ts';

const COLUMNS = ['zero-shot', 'full PT', 'student zero-shot', 'compressed PT', 'direct'] as const;
const FIXED_ALPHA = /^POST [\d.]+$/;

/** Markdown, two tables: the methods, and POST over alpha. The best alpha is the one with the highest mean accuracy on the test set: an oracle. */
export function qualityTable(results: readonly Measurement[]): string {
  const rows = Map.groupBy(results, ({ pair, dp }) => `${pair} | ${dp ? '8' : '∞'}`);
  const alphas = [...new Set(results.map(({ method }) => method))].filter((method) => FIXED_ALPHA.test(method));
  alphas.sort((a, b) => alphaOf(a) - alphaOf(b));
  const methods = [...rows].map(([key, measured]) => {
    const best = alphas
      .filter((method) => of(measured, method).length > 0)
      .toSorted((a, b) => mean(of(measured, b)) - mean(of(measured, a)))[0];
    const oracle = best === undefined ? '–' : `${percent(of(measured, best))} (${alphaOf(best)})`;
    const cells = COLUMNS.map((method) => percent(of(measured, method)));
    const others = ['POST auto', 'POST labels'].map((method) => percent(of(measured, method)));
    return [key, ...cells, oracle, ...others, of(measured, 'compressed PT').length];
  });
  const grid = [...rows].map(([key, measured]) => [
    key,
    ...alphas.map((method) => (of(measured, method).length > 0 ? (100 * mean(of(measured, method))).toFixed(1) : '–')),
  ]);
  const names = [...COLUMNS, 'POST, best α (oracle)', 'POST, auto α', 'POST on label scores, α = 0', 'seeds'];
  return [
    table(names, methods),
    table(
      alphas.map((method) => `α = ${alphaOf(method)}`),
      grid,
    ),
  ].join('\n\n');
}

function table(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [['private -> public | ε', ...columns], ['---', ...columns.map(() => '---'), '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function alphaOf(method: string): number {
  return Number(method.slice('POST '.length));
}

function of(measured: readonly Measurement[], method: string): readonly number[] {
  return measured.filter((one) => one.method === method).map(({ accuracy }) => accuracy);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
