/** @file The TypeScript and JavaScript files of the repository, for the reports over them. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Path -> text of every source file that git does not ignore and that a person wrote. */
export function sourceFiles(): ReadonlyMap<string, string> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n');
  // A file that was just deleted is still in git's index.
  const files = listed.filter((file) => file && !file.includes('/generated/') && existsSync(join(root, file)));
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

export function isTest(file: string): boolean {
  return file.startsWith('test/') || /\.(test|fixture)\.ts$/.test(file);
}
