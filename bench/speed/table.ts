/** @file Medians and ratios as a Markdown table. */

import { stepGigaflop } from './flops.ts';
import type { Row } from './rows.ts';
import type { Answer } from './side.ts';

export interface RowResult {
  readonly row: Row;
  /** Answers of each side, ours first. */
  readonly answers: readonly (readonly Answer[])[];
  /** Load average of the last minute before the row began. */
  readonly load: number;
}

/** GFLOP/s in matrix products of our runtime and of the peers'. */
export interface Peaks {
  readonly ours: number;
  readonly peers: number;
}

/** The last column of ratios is what would be left if both runtimes multiplied matrices equally fast. */
export function speedTable(results: readonly RowResult[], peaks: Peaks): string {
  const lines = results.flatMap(({ row, answers, load }) => {
    const medians = answers.map((side) => medianOf(side.map((answer) => answer[row.quantity]!)));
    const own = medians[0]!;
    const flop = stepGigaflop(row.id);
    const share =
      flop === undefined ? '' : `, ${((100 * flop) / ((own / 1000) * peaks.ours)).toFixed(0)} % of the peak`;
    return [
      `| ${row.title} | softpost | ${own.toFixed(0)} | | | ${spread(answers[0]!, row)} | load ${load.toFixed(1)}${share}${extras(answers[0]!)} |`,
      ...row.peers.map(({ name, reach }, index) => {
        const ratio = medians[index + 1]! / own;
        const goal = reach === undefined ? '' : ` (aim ${reach}: ${ratio >= reach ? 'reached' : 'MISSED'})`;
        return `| | ${name} | ${medians[index + 1]!.toFixed(0)} | ${ratio.toFixed(2)}${goal} | ${((ratio * peaks.peers) / peaks.ours).toFixed(2)} | ${spread(answers[index + 1]!, row)} | ${extras(answers[index + 1]!).slice(2)} |`;
      }),
    ];
  });
  return [
    '| what | side | median ms | times slower | at equal GEMM speed | min – max | notes |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function spread(answers: readonly Answer[], { quantity }: Row): string {
  const values = answers.map((answer) => answer[quantity]!);
  return `${Math.min(...values).toFixed(0)} – ${Math.max(...values).toFixed(0)}`;
}

/** Medians of whatever else a side measured. */
function extras(answers: readonly Answer[]): string {
  return Object.keys(answers[0]!)
    .filter((name) => !['ms', 'process_ms'].includes(name))
    .map((name) => `, ${name} ${medianOf(answers.map((answer) => answer[name]!)).toFixed(0)}`)
    .join('');
}
