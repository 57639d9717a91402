import { expect, test } from 'vitest';
import { createSamplingPlan } from './sampling-plan.ts';
import { proposalOf, tradeOff, type TradeOffOptions } from './trade-off.ts';

const options: TradeOffOptions = {
  epsilon: 8,
  delta: 1e-4,
  publicSize: 400,
  clipNorm: 0.5,
  trainedCoordinates: 5120,
  examplesPerSecond: 100,
  minutes: 1,
};
const context = { signal: new AbortController().signal, onCandidate: () => undefined };
const compare = (change: Partial<TradeOffOptions>) => tradeOff({ ...options, ...change }, context);
const shared = compare({});

// Kills: a proposal whose noise is not that of the run that `tune` would make of it, lots larger than the data, time overrun.
test('every plan fits into time and data, and has the noise of its sampling plan', async () => {
  const { candidates, proposed } = await shared;
  expect(candidates).toContain(proposed);
  for (const plan of candidates) {
    expect(plan.minutes).toBeLessThanOrEqual(1);
    expect(plan.steps).toBeGreaterThanOrEqual(50);
    expect(plan.examples).toBe(plan.steps * plan.lotSize);
    expect(plan.lotSize).toBeLessThanOrEqual(400);
  }
  const { lotSize, steps } = proposed;
  const sampling = createSamplingPlan({ ...options, lotSize, steps });
  expect(proposed).toMatchObject({
    samplingRate: sampling.samplingRate,
    noiseMultiplier: sampling.noiseMultiplier,
    noisePerCoordinate: (sampling.noiseMultiplier * 0.5) / lotSize,
  });
});

test('worth is T / (1 + d (sigma / (s B))^2), and the signal-to-noise ratio sqrt(T) B / sigma', async () => {
  const { proposed } = await shared;
  const { steps, lotSize, noiseMultiplier, signalToNoise, effectiveSteps } = proposed;
  expect(signalToNoise).toBeCloseTo((Math.sqrt(steps) * lotSize) / noiseMultiplier, 8);
  expect(effectiveSteps).toBeCloseTo(steps / (1 + 5120 * (noiseMultiplier / (0.25 * lotSize)) ** 2), 8);
});

// Kills: ties left to the order of the table, a threshold on the wrong side.
test('the proposal is the cheapest of the good plans, and of equals the one with the larger lot', async () => {
  const { candidates, proposed } = await shared;
  const plan = (lotSize: number, steps: number, effectiveSteps: number) => ({
    ...proposed,
    lotSize,
    steps,
    effectiveSteps,
    examples: lotSize * steps,
  });
  const [cheap, small, large, best] = [plan(8, 100, 94), plan(8, 200, 96), plan(16, 100, 96), plan(16, 200, 100)];
  for (const order of [
    [cheap, small, large, best],
    [best, large, small, cheap],
  ])
    expect(proposalOf(order)).toBe(large);
  expect(proposalOf(candidates)).toBe(proposed);
});

// At a fixed number of examples the noise falls with larger lots: the claim of the page.
test('larger lots with fewer steps have the better signal-to-noise ratio', async () => {
  const { candidates } = await shared;
  const full = candidates.filter(({ minutes }) => minutes > 0.9);
  expect(full.length).toBeGreaterThan(3);
  const ratios = full.map(({ signalToNoise }) => signalToNoise);
  expect(ratios).toEqual(ratios.toSorted((a, b) => a - b));
});

test('more trained numbers ask for larger lots', async () => {
  const [few, many] = await Promise.all([compare({ trainedCoordinates: 100 }), shared]);
  expect(many.proposed.lotSize).toBeGreaterThan(few.proposed.lotSize);
});

test('a tiny data set is one lot', async () => {
  const { candidates } = await compare({ publicSize: 1, delta: 0.1 });
  expect(candidates.map(({ lotSize }) => lotSize)).toEqual(candidates.map(() => 1));
});

test.each([
  ['BAD_OPTION', { minutes: 0.001 }],
  ['BAD_PRIVACY_PARAMETER', { delta: 1e-2 }],
  ['BAD_PRIVACY_PARAMETER', { publicSize: 0.5 }],
  ['PRIVACY_UNREACHABLE', { epsilon: 1e-9, delta: 1e-12 }],
])('%s for %j', async (code, change) => {
  await expect(compare(change)).rejects.toMatchObject({ code });
});

test('it stops between two plans', async () => {
  const controller = new AbortController();
  const stop = { signal: controller.signal, onCandidate: () => controller.abort() };
  await expect(tradeOff(options, stop)).rejects.toMatchObject({ name: 'AbortError' });
});
