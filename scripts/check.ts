/**
 * @file Everything `npm test` means: format, lint, types, unit and end-to-end tests, then the reports.
 * All of them run even if one fails; the last line is `N passed, N failed`. Arguments name the test files to run.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

function run(title: string, command: string, args: readonly string[]): boolean {
  process.stdout.write(`\n> ${title}\n`);
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

function check(title: string, command: string, args: readonly string[]): Counts {
  const ok = run(title, command, args);
  if (!ok) process.stdout.write(`${title} failed\n`);
  return { passed: Number(ok), failed: Number(!ok) };
}

/** The part of vitest's JSON report that is counted. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

function tests(files: readonly string[]): Counts {
  const folder = mkdtempSync(join(tmpdir(), 'softpost-check-'));
  const reportFile = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const ok = run('tests', 'vitest', ['run', ...reporters, ...files]);
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
    // A file that cannot even be loaded has no test that failed, and neither has an error outside of any test.
    const unloaded = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    );
    const failed = report.numFailedTests + unloaded.length;
    return { passed: report.numPassedTests, failed: ok ? failed : Math.max(failed, 1) };
  } catch (error) {
    process.stdout.write(`the tests left no report: ${String(error)}\n`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const counts = [
  check('format', 'oxfmt', ['--check']),
  check('lint', 'oxlint', []),
  check('types', 'tsc', ['-p', 'tsconfig.json']),
  tests(process.argv.slice(2)),
];
run('lines of code', 'node', ['scripts/size.ts']);
run('exports that no other file names', 'node', ['scripts/dead-exports.ts']);

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
