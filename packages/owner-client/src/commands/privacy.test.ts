/** @file The privacy commands as a user calls them: through the installed program. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');

function privacy(...args: readonly string[]): { readonly status: number | null; readonly document: unknown } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'privacy', ...args, '--json']);
  return { status, document: JSON.parse((status === 0 ? stdout : stderr).toString()) };
}

const once = ['--sampling-rate', '1', '--steps', '1', '--delta', '1e-5'];

test('epsilon of one Gaussian release is the exact one', () => {
  // Phi(1/8 - 4 epsilon) - e^epsilon Phi(-1/8 - 4 epsilon) = 1e-5
  const { status, document } = privacy('epsilon', '--noise-multiplier', '4', ...once);
  const exact = expect.closeTo(0.926, 3) as number;
  expect(status).toBe(0);
  expect(document).toEqual({
    epsilon: exact,
    pld: { add: exact, remove: exact },
    rdp: { epsilon: expect.any(Number) as number, order: expect.any(Number) as number },
  });
});

test('the noise for an epsilon spends no more than it', () => {
  const { document } = privacy('noise', '--epsilon', '0.926', ...once);
  expect(document).toEqual({
    noiseMultiplier: expect.closeTo(4, 2) as number,
    epsilon: expect.closeTo(0.926, 3) as number,
  });
  expect((document as { readonly epsilon: number }).epsilon).toBeLessThanOrEqual(0.926);
});

test('the number of runs is drawn anew, at least one by the geometric law', () => {
  const counts = Array.from({ length: 8 }, () => {
    const { document } = privacy('trials', '--best-of', 'geometric:100');
    expect(document).toMatchObject({ law: { eta: 1, gamma: 0.01 } });
    return (document as { readonly trials: number }).trials;
  });
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
  expect(new Set(counts).size).toBeGreaterThan(2);
});

test.each([
  [2, 'BAD_OPTION', '--delta must be a number, got "small"', ['--delta', 'small']],
  [1, 'BAD_PRIVACY_PARAMETER', 'sampling rate is 2', ['--sampling-rate', '2']],
])('exit code %i, %s: %s', (status, code, message, flags) => {
  expect(privacy('noise', '--epsilon', '1', ...once, ...flags)).toEqual({
    status,
    document: {
      error: { code, message: expect.stringContaining(message) as string, remedy: expect.any(String) as string },
    },
  });
});
