import { expect, test } from 'vitest';
import { compareAgreement, FEWEST_JUDGED } from './verdict.ts';

const labels = (count: number, label: (index: number) => number): Int32Array =>
  Int32Array.from({ length: count }, (_, index) => label(index));
const wanted = labels(100, (index) => index % 2);

test('a teacher that follows the student after the transfer, and did not before, is better', () => {
  const { verdict, agreement, agreementWithoutPrompt } = compareAgreement(
    wanted,
    wanted,
    labels(100, () => 0),
  );
  expect([verdict, agreement, agreementWithoutPrompt]).toEqual(['better', 1, 0.5]);
});

test('a teacher that followed the student before the transfer only is worse', () => {
  expect(
    compareAgreement(
      wanted,
      labels(100, () => 0),
      wanted,
    ).verdict,
  ).toBe('worse');
});

test('a difference within two standard errors is unsure, and so is none', () => {
  const slightly = labels(100, (index) => (index < 52 ? index % 2 : 1 - (index % 2)));
  const half = labels(100, (index) => (index < 50 ? index % 2 : 1 - (index % 2)));
  expect(compareAgreement(wanted, slightly, half).verdict).toBe('unsure');
  expect(compareAgreement(wanted, wanted, wanted).verdict).toBe('unsure');
});

// Kills: an error of zero where all texts gain alike, and a verdict from a handful of texts.
test('few texts decide nothing, and no number of them decides without an error', () => {
  const all = (n: number) => compareAgreement(new Int32Array(n), new Int32Array(n), new Int32Array(n).fill(1));
  expect(all(1).verdict).toBe('unsure');
  expect(all(FEWEST_JUDGED - 1).verdict).toBe('unsure');
  expect(all(FEWEST_JUDGED).verdict).toBe('better');
  for (const n of [1, 5, 1000]) expect(all(n).standardError).toBeGreaterThan(0);
  // 10 texts gained of 10: difference 10 / 12, variance (11 - 100 / 12) / 12².
  expect(all(10).standardError).toBeCloseTo(Math.sqrt(11 - 100 / 12) / 12, 12);
});
