/** @file The table of DP options: a row an option, a column a private set and epsilon. */

import { percent } from '../../demo/result.ts';

export interface Cell {
  readonly row: string;
  readonly column: string;
  /** One a seed, in [0, 1]. */
  readonly accuracies: readonly number[];
  /** Undefined where nothing was trained. */
  readonly learningRate?: number | undefined;
}

/** Markdown: accuracy in per cent, mean ± standard error, and the learning rate in brackets. Rows and columns in the order in which they come first. */
export function optionsTable(cells: readonly Cell[]): string {
  const columns = [...new Set(cells.map(({ column }) => column))];
  const rows = [...new Set(cells.map(({ row }) => row))];
  const text = (row: string, column: string): string => {
    const cell = cells.find((one) => one.row === row && one.column === column);
    if (!cell) return '–';
    return `${percent(cell.accuracies)}${cell.learningRate === undefined ? '' : ` (${cell.learningRate})`}`;
  };
  return [
    `| | ${columns.join(' | ')} |`,
    `|---${'|---'.repeat(columns.length)}|`,
    ...rows.map((row) => `| ${row} | ${columns.map((column) => text(row, column)).join(' | ')} |`),
  ].join('\n');
}
