/** @file A newcomer's view: the README's commands, run in a fresh clone with the Node that the machine has. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** A block of commands marked as runnable, and what they print when the next block shows it. */
const RUNNABLE = /<!-- run by test\/readme\.test\.ts -->\n```sh\n([^]*?)```\n(?:```text\n([^]*?)```)?/g;
const blocks = [...readme.matchAll(RUNNABLE)].map(([, commands, output]) => ({ commands: commands!, output }));

/** The shell of someone who never heard of this repository: not what `npm test` has put into the environment. */
function newcomerEnvironment(): NodeJS.ProcessEnv {
  const variables = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|TEST$)/i.test(name));
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules|node-gyp-bin/.test(folder));
  return { ...Object.fromEntries(variables), PATH: folders.join(delimiter) };
}

test('the commands of the README print what it shows', { timeout: 300_000 }, () => {
  const clone = mkdtempSync(join(tmpdir(), 'softpost-readme-'));
  const shell = (commands: string): string => {
    const options = { cwd: clone, env: newcomerEnvironment(), encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', commands], options);
    expect(status, `${commands}${stdout}${stderr}`).toBe(0);
    return stdout;
  };
  try {
    shell(`git clone --quiet --no-hardlinks '${root}' .`);
    // The download of Node is the one thing that is not done again.
    const tools = join(root, '.tools');
    if (existsSync(tools)) symlinkSync(tools, join(clone, '.tools'));
    expect(blocks.length).toBeGreaterThan(0);
    for (const { commands, output } of blocks) {
      expect(shell(commands)).toContain(output ?? '');
    }
  } finally {
    rmSync(clone, { recursive: true });
  }
});

test('the quickstart has at most ten lines, and CI runs the command that the README names', () => {
  expect(blocks[0]!.commands.trim().split('\n').length).toBeLessThanOrEqual(10);
  expect(readme).toContain('`npm test`');
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^npm test /m);
});

test('every path that the README names exists', () => {
  const paths = [...readme.matchAll(/`((?:packages|test|docs|examples|bench)\/[^`]+)`|\]\(([\w./-]+)\)/g)];
  const named = paths.map(([, code, link]) => code ?? link!);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
