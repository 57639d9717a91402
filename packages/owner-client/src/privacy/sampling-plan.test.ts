import { expect, test } from 'vitest';
import { createSamplingPlan, planEvents, planPrivacy } from './sampling-plan.ts';

const options = { publicSize: 1000, lotSize: 100, steps: 200, delta: 1e-4, clipNorm: 0.5 };

test('a plan for an epsilon spends at most that epsilon, and nearly all of it', () => {
  const { epsilon } = planPrivacy(createSamplingPlan({ ...options, epsilon: 8 }));
  expect(epsilon).toBeLessThanOrEqual(8);
  expect(epsilon).toBeGreaterThan(7.999);
});

test('a plan with a given noise multiplier keeps it', () => {
  const plan = createSamplingPlan({ ...options, noiseMultiplier: 1.5 });
  expect(plan).toMatchObject({
    samplingRate: 0.1,
    expectedLotSize: 100,
    noiseMultiplier: 1.5,
    noiseMode: 'rounded',
    clipping: 'flat',
    adjacency: 'add-or-remove-one',
    unit: 'example',
  });
  expect(planEvents(plan)).toEqual({
    kind: 'self-composed',
    count: 200,
    event: { kind: 'sampled-gaussian', samplingRate: 0.1, noiseMultiplier: 1.5 },
  });
});

// Kills: noise for exact mode found with bounds that do not hold for it.
test('exact noise is found and reported by the accountant that is certified for it', () => {
  const plan = createSamplingPlan({ ...options, epsilon: 8, noiseMode: 'exact' });
  const { epsilon, pld } = planPrivacy(plan);
  expect(pld.add).toBe(Infinity);
  expect(epsilon).toBeLessThanOrEqual(8);
  expect(epsilon).toBeGreaterThan(7.999);
  expect(plan.noiseMultiplier).toBeGreaterThan(createSamplingPlan({ ...options, epsilon: 8 }).noiseMultiplier);
});

// Kills: a plan that can be changed between sampling and accounting.
test('a plan is frozen', () => {
  expect(Object.isFrozen(createSamplingPlan({ ...options, noiseMultiplier: 1 }))).toBe(true);
});

// Kills: B or q from the private count. There is no argument that could carry it.
test('a plan depends on public constants only', () => {
  expect(createSamplingPlan({ ...options, epsilon: 2 })).toEqual(createSamplingPlan({ ...options, epsilon: 2 }));
});

// Kills: a choice among runs that is declared, and costs nothing.
test('the best of several runs needs more noise for the same epsilon', () => {
  const trials = { kind: 'truncated-negative-binomial', eta: 0, gamma: 0.05 } as const;
  const alone = createSamplingPlan({ ...options, epsilon: 8 });
  const chosen = createSamplingPlan({ ...options, epsilon: 8, trials });
  expect(chosen.noiseMultiplier).toBeGreaterThan(1.1 * alone.noiseMultiplier);
  expect(planPrivacy(chosen).epsilon).toBeLessThanOrEqual(8);
});

test('the whole estimated data set as one lot is the plain Gaussian mechanism', () => {
  expect(createSamplingPlan({ ...options, lotSize: 1000, noiseMultiplier: 1 }).samplingRate).toBe(1);
});

test.each([
  ['a lot larger than the public size', { lotSize: 1001 }],
  ['delta of 1 / public size', { delta: 1e-3 }],
  ['delta 0', { delta: 0 }],
  ['clip norm 0', { clipNorm: 0 }],
  ['half a record', { publicSize: 999.5 }],
  ['no steps', { steps: 0 }],
  ['exact noise that is none', { noiseMode: 'exact' as const, noiseMultiplier: 1e-7 }],
  ['an unknown noise mode', { noiseMode: 'fast' as 'exact' }],
  ['an unknown clipping', { clipping: 'none' as 'flat' }],
])('%s is refused', (_, change) => {
  expect(() => createSamplingPlan({ ...options, noiseMultiplier: 1, ...change })).toThrow(
    expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }),
  );
});

test('epsilon 0 is refused', () => {
  expect(() => createSamplingPlan({ ...options, epsilon: 0 })).toThrow(/epsilon is 0/);
});

test('an epsilon that no noise reaches is refused as unreachable', () => {
  expect(() => createSamplingPlan({ ...options, lotSize: 1000, steps: 1e9, epsilon: 1e-3 })).toThrow(
    expect.objectContaining({ code: 'PRIVACY_UNREACHABLE' }),
  );
});

// Kills: a unit that is stated by anything but the plan, and noise that goes by the number of examples.
test('users are the unit of a plan that says how they are named and bounded', () => {
  const user = { column: 'customer', examples: 4 };
  const plan = createSamplingPlan({ ...options, epsilon: 8, user });
  const byExample = createSamplingPlan({ ...options, epsilon: 8 });
  expect(plan).toEqual({ ...byExample, unit: 'user', user });
  expect(byExample.user).toBeUndefined();
  expect(Object.isFrozen(plan.user)).toBe(true);
  expect(planEvents(plan)).toEqual(planEvents(byExample));
});

test.each([
  ['', 4],
  ['customer', 0],
  ['customer', 1.5],
  ['customer', 257],
])('a unit by column "%s" with %d examples is refused', (column, examples) => {
  expect(() => createSamplingPlan({ ...options, epsilon: 8, user: { column, examples } })).toThrow(
    expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }),
  );
});
