/** @file The result as a plain-text table for the terminal. */
import { epsilonText, METHODS, percent, type DemoResult } from './result.ts';

/** Accuracy in per cent on held-out mail, a method a row; mean ± standard error where there are several seeds. */
export function accuracyTable({ accuracy, privacy, task, seeds }: DemoResult): string {
  const header = ['held-out accuracy, %', 'no DP', `ε = ${epsilonText(privacy.epsilon)}`] as const;
  const rows = accuracy.map((row) => [METHODS[row.method].name, percent(row.withoutDp), percent(row.withDp)] as const);
  const widths = [0, 1, 2].map((column) => Math.max(...[header, ...rows].map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('   ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('───');
  const footnote = `${task.privateTest} held-out mails, ${seeds.length === 1 ? 'one seed' : `mean ± standard error over ${seeds.length} seeds`}`;
  return [line(header), rule, ...rows.map(line), rule, footnote].join('\n');
}
