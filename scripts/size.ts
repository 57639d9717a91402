/** @file Line counts by folder, product beside tests, and the files that have grown too long. A report, not a gate. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LONG_FILE = 300;

const root = join(import.meta.dirname, '..');

interface Size {
  readonly file: string;
  readonly lines: number;
}

/** Physical lines of every TypeScript and JavaScript file that git does not ignore. */
function measure(): readonly Size[] {
  const list = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs'], {
    cwd: root,
  });
  const files = list.stdout.toString().split('\n').filter(Boolean);
  return files.map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }));
}

function isTest(file: string): boolean {
  return file.startsWith('test/') || /\.(test|fixture)\.ts$/.test(file);
}

function total(sizes: readonly Size[]): number {
  return sizes.reduce((sum, { lines }) => sum + lines, 0);
}

function row(name: string, sizes: readonly Size[]): string {
  const product = sizes.filter(({ file }) => !isTest(file));
  const tests = sizes.filter(({ file }) => isTest(file));
  return [name.padEnd(42), ...[sizes.length, total(product), total(tests)].map((n) => String(n).padStart(8))].join('');
}

export function printSizes(): void {
  const sizes = measure();
  const folders = Map.groupBy(sizes, ({ file }) => dirname(file));
  const report = [
    `\n${'size'.padEnd(42)}${['files', 'product', 'tests'].map((title) => title.padStart(8)).join('')}`,
    ...[...folders].sort(([a], [b]) => a.localeCompare(b)).map(([folder, content]) => row(folder, content)),
    row('total', sizes),
    ...sizes.filter((size) => size.lines > LONG_FILE).map((size) => `${size.file}: ${size.lines} lines`),
  ];
  process.stdout.write(`${report.join('\n')}\n`);
}

if (import.meta.main) printSizes();
