/** @file The audits as a user calls them: through the installed program. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OneRunReport } from '../audit/one-run.ts';
import { writeFilms } from '../tune/films.fixture.ts';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');
const dir = mkdtempSync(join(tmpdir(), 'softpost-audit-'));

beforeAll(() => writeFilms(dir));
afterAll(() => rmSync(dir, { recursive: true }));

interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function audit(...args: readonly string[]): Ending {
  return spawnSync(process.execPath, [program, 'audit', ...args], { cwd: dir, encoding: 'utf8' });
}

const quick = ['--canaries', '2000', '--guesses', '100'];
const student = ['--student', 'student', '--task', 'task.yaml', '--data', 'data.jsonl', '--threads', '1'];
const tiny = [
  ...student,
  '--public-size',
  '20',
  '--delta',
  '0.01',
  '--batch',
  '4',
  '--steps',
  '2',
  '--virtual-tokens',
  '2',
];

test('Dirac canaries need no flag, and give one JSON document', () => {
  const { status, stdout } = audit('one-run', ...quick, '--report', 'dirac.html', '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'dirac',
    canaries: 2000,
    guesses: 100,
    violation: false,
    local: false,
  });
  expect(existsSync(join(dir, 'dirac.html'))).toBe(true);
});

// Kills: an audit that knows one kind of noise and clipping only, whatever the owner tunes with.
test.each([
  ['--noise', 'exact'],
  ['--clipping', 'auto-s'],
])('Dirac canaries attack %s %s, and find nothing', (...kind) => {
  const { status, stdout } = audit('one-run', ...quick, ...kind, '--json');
  const report = JSON.parse(stdout) as OneRunReport;
  expect([status, report.violation]).toEqual([0, false]);
  expect(report.epsilonLowerBound).toBeGreaterThan(0);
});

test('text canaries and LiRA say that nothing was found, and that it is LOCAL', () => {
  const text = audit('one-run', '--kind', 'text', '--canaries', '64', '--guesses', '20', ...tiny);
  expect(text).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^no violation found: [\s\S]*LOCAL: /) as string,
  });
  const lira = audit('lira', '--shadows', '4', '--work', 'work', ...tiny);
  expect(lira).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^no violation found: [\s\S]*LOCAL: /) as string,
  });
  expect(readdirSync(join(dir, 'work')).length).toBe(5);
});

test.each([
  ['--student needs --kind text', ['one-run', '--student', 'student']],
  ['--no-dp needs --kind text', ['one-run', '--no-dp']],
  ['--noise-multiplier and --epsilon exclude', ['one-run', '--noise-multiplier', '1', '--epsilon', '1']],
  ['--noise-multiplier needs --kind dirac', ['one-run', '--kind', 'text', '--noise-multiplier', '1']],
  ['--student is missing', ['one-run', '--kind', 'text']],
  ['--canaries must be', ['one-run', '--canaries', '10']],
  ['--guesses must be 2 to 100', ['one-run', '--canaries', '100', '--guesses', '101']],
  ["unknown option '--bands'", ['one-run', '--bands', '4']],
  ["unknown option '--unit-column'", ['one-run', '--kind', 'text', ...student, '--unit-column', 'user']],
  ["unknown option '--bands'", ['lira', '--work', 'bad', ...student, '--bands', '4']],
  ['--shadows must be', ['lira', '--work', 'bad', '--shadows', '2', ...student]],
  ['--work', ['lira', ...student]],
])('wrong usage: %s', (message, args) => {
  const before = readdirSync(dir);
  const { status, stdout, stderr } = audit(...args, '--json');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(JSON.parse(stderr.trimEnd().split('\n').at(-1)!)).toMatchObject({
    error: { code: 'BAD_OPTION', message: expect.stringContaining(message) as string },
  });
  expect(readdirSync(dir)).toEqual(before);
});
