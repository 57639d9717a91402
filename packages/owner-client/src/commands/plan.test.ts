/** @file Planning as a user calls it: through the installed program. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import type { PlanReport } from './plan.ts';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');
const student = join(import.meta.dirname, '../../../../test/fixtures/models/gpt2-student');
const dir = mkdtempSync(join(tmpdir(), 'softpost-plan-'));
afterAll(() => rmSync(dir, { recursive: true }));

function plan(...args: readonly string[]) {
  const all = [program, 'plan', '--epsilon', '4', '--delta', '1e-3', '--public-size', '200', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: dir, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const fast = ['--minutes', '0.5', '--examples-per-second', '100'];

test('the flags it prints make the proposed plan', () => {
  const { status, stdout } = plan(...fast, '--json', '--clip-norm', '0.5', '--html', 'plan.html');
  expect(status).toBe(0);
  const report = JSON.parse(stdout) as PlanReport;
  const { proposed, bands, tuneFlags } = report;
  const flag = (name: string): number => Number(tuneFlags[tuneFlags.indexOf(name) + 1]);
  const sampling = createSamplingPlan({
    publicSize: flag('--public-size'),
    lotSize: flag('--batch'),
    steps: flag('--steps'),
    delta: flag('--delta'),
    clipNorm: flag('--clip-norm'),
    epsilon: flag('--epsilon'),
  });
  expect(sampling.noiseMultiplier).toBe(proposed.noiseMultiplier);
  expect(sampling.clipNorm).toBe(0.5);
  expect(bands[0]).toMatchObject({ bands: 1, noiseMultiplier: expect.closeTo(proposed.noiseMultiplier, 10) as number });
  expect(report.assumptions).toMatchObject({ speedSource: 'given', examplesPerSecond: 100, hiddenSize: 768 });

  const page = readFileSync(join(dir, 'plan.html'), 'utf8');
  expect(page).toContain(`lot size ${proposed.lotSize}, ${proposed.steps} steps`);
  expect(page).not.toMatch(/https?:|<script|NaN|undefined|Infinity/);
  expect(page.match(/<polyline/g)).toHaveLength(new Set(report.candidates.map(({ lotSize }) => lotSize)).size);
});

// Kills: a row whose noise is that of another run than its flag makes.
test('each row of the bands has the noise of a run with its flag', () => {
  const { proposed, bands } = JSON.parse(plan(...fast, '--json').stdout) as PlanReport;
  expect(bands.length).toBeGreaterThan(1);
  for (const choice of bands) {
    const { lotSize, steps } = proposed;
    const run = { publicSize: 200, lotSize, steps, delta: 1e-3, clipNorm: 1, epsilon: 4, bands: choice.bands };
    const { samplingRate, noiseMultiplier } = createSamplingPlan(run);
    expect(choice).toMatchObject({ samplingRate, noiseMultiplier });
  }
});

test('the text marks the proposal and ends with the command', () => {
  const { stdout } = plan(...fast);
  expect(stdout.match(/^> /gm)).toHaveLength(2);
  expect(stdout).toMatch(/^bands +rate +sigma .* flag$/m);
  expect(stdout).toMatch(/^ +2 .* % +--bands 2$/m);
  expect(stdout).toMatch(
    /softpost-owner tune .*\n +--epsilon 4 --delta 0\.001 --public-size 200 --batch \d+ --steps \d+/,
  );
});

// Kills: a plan for users that takes the time of one record for each.
test('for users, the time is that of all their records in a step, and the noise that of records', () => {
  const flags = ['--minutes', '2', '--examples-per-second', '100', '--unit-examples', '4', '--json'];
  const { proposed, candidates, tuneFlags, epsilon, delta } = JSON.parse(plan(...flags).stdout) as PlanReport;
  const { lotSize, steps, noiseMultiplier, minutes } = proposed;
  expect(minutes).toBeCloseTo((4 * lotSize * steps) / 100 / 60, 9);
  expect(Math.max(...candidates.map((one) => one.minutes))).toBeLessThanOrEqual(2);
  const records = createSamplingPlan({ publicSize: 200, lotSize, steps, epsilon, delta, clipNorm: 1 });
  expect(noiseMultiplier).toBe(records.noiseMultiplier);
  expect(tuneFlags.slice(-2)).toEqual(['--unit-examples', '4']);
  expect(plan(...fast, '--unit-examples', '2').stdout).toMatch(
    /200 users with 2 records each .*\n[^]*--unit-column <name>/,
  );
});

test('a student is measured, on no data', () => {
  const { status, stdout } = plan(
    '--minutes',
    '0.01',
    '--student',
    student,
    '--text-tokens',
    '4',
    '--threads',
    '1',
    '--json',
  );
  expect(status).toBe(0);
  const { assumptions } = JSON.parse(stdout) as PlanReport;
  expect(assumptions.speedSource).toBe('measured');
  expect(assumptions.hiddenSize).toBeLessThan(768);
});

test('without a speed one is assumed, with a warning', () => {
  const { stdout, stderr } = plan('--minutes', '0.3', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ assumptions: { speedSource: 'assumed' } });
  expect(stderr).toContain('--student measures them');
});

test.each([
  [2, 'BAD_OPTION', '--minutes must be', ['--minutes', '0']],
  [2, 'BAD_OPTION', 'too short', ['--minutes', '1e-9']],
  [2, 'BAD_OPTION', 'positions', ['--student', student, '--text-tokens', '100000']],
  [2, 'BAD_OPTION', '--examples-per-second must be', ['--examples-per-second', 'many']],
  [1, 'BAD_PRIVACY_PARAMETER', 'not below 1 / public size', [...fast, '--delta', '0.01']],
  [1, 'PRIVACY_UNREACHABLE', 'epsilon 1e-12', [...fast, '--epsilon', '1e-12', '--delta', '1e-12']],
  [1, 'FILE_NOT_FOUND', 'nowhere', ['--student', 'nowhere']],
  [1, 'FILE_EXISTS', 'taken.html', [...fast, '--html', 'taken.html']],
])('exit code %i, %s: %s', (status, code, message, flags) => {
  writeFileSync(join(dir, 'taken.html'), 'mine');
  const ending = plan(...flags, '--json', ...(flags.includes('--html') ? [] : ['--html', 'bad.html']));
  expect({ status: ending.status, stdout: ending.stdout }).toEqual({ status, stdout: '' });
  const lines = ending.stderr.split('\n').filter(Boolean);
  const last = JSON.parse(lines.at(-1)!) as { readonly error: { readonly code: string; readonly message: string } };
  expect(last.error.code).toBe(code);
  expect(last.error.message).toContain(message);
  expect(existsSync(join(dir, 'bad.html'))).toBe(false);
  expect(readFileSync(join(dir, 'taken.html'), 'utf8')).toBe('mine');
});
