import { expect, test } from 'vitest';
import { createSamplingPlan } from '../privacy/sampling-plan.ts';
import { chooseExamples } from './choose-examples.ts';
import { insecureTestRandom } from './csprng.ts';

const sizes = { publicSize: 10, lotSize: 1, steps: 1, delta: 1e-3, clipNorm: 1, noiseMultiplier: 1 };
const byUser = createSamplingPlan({ ...sizes, user: { column: 'user', examples: 4 } });
const records = (count: number): readonly number[] => [...Array(count).keys()];

// Kills: contributions without a bound, and the same record twice in a step.
test.each([1, 3, 4, 5, 100])('of %i records of a user at most 4 different ones count', (count) => {
  const chosen = chooseExamples(byUser, records(count), insecureTestRandom(1));
  expect(chosen).toHaveLength(Math.min(4, count));
  expect(new Set(chosen).size).toBe(chosen.length);
  expect(chosen.every((record) => record < count)).toBe(true);
});

// Kills: always the first ones (chi-square of 10 records, 9 degrees of freedom, 99.99 % point 33.7; less for 4 of 10 at once).
test('every record of a user has its turn', () => {
  const random = insecureTestRandom(2);
  const draws = 5000;
  const counts = new Float64Array(10);
  for (let step = 0; step < draws; step++)
    for (const record of chooseExamples(byUser, records(10), random)) counts[record]!++;
  const expected = 0.4 * draws;
  expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(33.7);
});

// Kills: draws that go by the number of records: one record more would change what is drawn for all others.
test('the random numbers taken do not depend on how many records a user has', () => {
  const next = [1, 4, 100].map((count) => {
    const random = insecureTestRandom(3);
    chooseExamples(byUser, records(count), random);
    return random.bits53();
  });
  expect(new Set(next).size).toBe(1);
});

test('by example the record is taken as it is, and nothing is drawn', () => {
  const random = insecureTestRandom(4);
  expect(chooseExamples(createSamplingPlan(sizes), ['record'], random)).toEqual(['record']);
  expect(random.bits53()).toBe(insecureTestRandom(4).bits53());
});
