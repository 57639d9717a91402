/** @file The table as the terminal shows it. */
import { expect, test } from 'vitest';
import { sampleResult } from './result.fixture.ts';
import { accuracyTable } from './table.ts';

test('aligns methods and columns, with ± only where there are several seeds', () => {
  expect(accuracyTable(sampleResult)).toMatchInlineSnapshot(`
    "held-out accuracy, %                  no DP        ε = 8
    ────────────────────────────────────────────────────────
    Majority class                         50.0         50.0
    Teacher, zero-shot                     67.5         67.5
    Student + prompt                 75.0 ± 0.6   71.0 ± 0.6
    Teacher + student’s prompt       62.0 ± 1.2   58.0 ± 1.2
    Teacher + POST                   80.0 ± 0.6   75.0 ± 0.6
    Teacher, tuned on private mail   85.0 ± 0.6            –
    Bag of words                           89.3            –
    ────────────────────────────────────────────────────────
    244 held-out mails, mean ± standard error over 3 seeds"
  `);
});

test('says so when there was one seed', () => {
  expect(accuracyTable({ ...sampleResult, seeds: [7] })).toContain('one seed');
});
