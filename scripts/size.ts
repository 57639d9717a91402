/** @file Line counts by folder, product beside tests, and the files that have grown too long. A report, not a gate. */

import { dirname } from 'node:path';

import { isTest, sourceFiles } from './source-files.ts';

const LONG_FILE = 300;

interface Size {
  readonly file: string;
  readonly lines: number;
}

function total(sizes: readonly Size[]): number {
  return sizes.reduce((sum, { lines }) => sum + lines, 0);
}

function row(name: string, sizes: readonly Size[]): string {
  const product = sizes.filter(({ file }) => !isTest(file));
  const tests = sizes.filter(({ file }) => isTest(file));
  return [name.padEnd(42), ...[sizes.length, total(product), total(tests)].map((n) => String(n).padStart(8))].join('');
}

const sizes = [...sourceFiles()].map(([file, text]) => ({ file, lines: text.split('\n').length - 1 }));
const folders = Map.groupBy(sizes, ({ file }) => dirname(file));
const report = [
  `${''.padEnd(42)}${['files', 'product', 'tests'].map((title) => title.padStart(8)).join('')}`,
  ...[...folders].sort(([a], [b]) => a.localeCompare(b)).map(([folder, content]) => row(folder, content)),
  row('total', sizes),
  ...sizes.filter(({ lines }) => lines > LONG_FILE).map(({ file, lines }) => `${file}: ${lines} lines`),
];
process.stdout.write(`${report.join('\n')}\n`);
