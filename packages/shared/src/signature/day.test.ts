import { expect, test } from 'vitest';
import { addDays, dayOf } from './day.ts';

test('a day is that of Greenwich', () => {
  expect(dayOf(new Date('2026-02-28T23:59:59.999Z'))).toBe('2026-02-28');
  expect(dayOf(new Date('2026-03-01T00:30:00+02:00'))).toBe('2026-02-28');
});

test.each([
  ['2026-02-28', 1, '2026-03-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-03-29', 365, '2027-03-29'],
])('%s and %d days are %s', (day, count, expected) => {
  expect(addDays(day, count)).toBe(expected);
});
