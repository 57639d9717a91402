import { expect, test } from 'vitest';
import { insecureTestRandom, secureRandom } from './csprng.ts';

const draw = (source: { readonly bits53: () => number }, count: number): number[] =>
  Array.from({ length: count }, () => source.bits53());

test.each([
  ['secure', secureRandom()],
  ['test', insecureTestRandom(7)],
])('the %s source gives integers that fill 53 bits evenly', (_, source) => {
  const count = 50_000;
  const ones = new Float64Array(53);
  const values = draw(source, count);
  expect(values.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
  for (const value of values) {
    for (let bit = 0; bit < 53; bit++) ones[bit] = (ones[bit] ?? 0) + (Math.floor(value / 2 ** bit) % 2);
  }
  // 53 bits, each within 6 standard errors: a right source fails once in 10^7 runs.
  for (const sum of ones) expect(Math.abs(sum / count - 0.5)).toBeLessThan((6 * 0.5) / Math.sqrt(count));
});

// Kills: a fixed seed behind the secure source; a block that is read again.
test('secure sources never repeat', () => {
  const values = new Set([...draw(secureRandom(), 50_000), ...draw(secureRandom(), 50_000)]);
  expect(values.size).toBe(100_000);
});

test('a test source repeats with its seed, differs between seeds, and says that it is not secure', () => {
  expect(draw(insecureTestRandom(3), 5)).toEqual(draw(insecureTestRandom(3), 5));
  expect(draw(insecureTestRandom(3), 5)).not.toEqual(draw(insecureTestRandom(4), 5));
  expect(insecureTestRandom(3).secure).toBe(false);
  expect(secureRandom().secure).toBe(true);
});
