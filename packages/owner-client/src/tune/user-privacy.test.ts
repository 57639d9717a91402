/** @file Users as the unit of privacy: what a whole user can do to a step, through sampler, choice, gradients, clipper and sum. */

import type { EncodedExample, GradientProgram } from '@softpost/shared/prompt-tuning/task-gradient';
import type { NoiseMode } from '@softpost/shared/privacy/noise-mode';
import { seededRandom } from '@softpost/shared/seeded-random';
import { expect, test } from 'vitest';
import { integerScale } from '../privacy/integer-scale.ts';
import { CLIPPINGS, createSamplingPlan, type Clipping, type SamplingPlan } from '../privacy/sampling-plan.ts';
import { PrivateExamples } from '../private-data/private-examples.ts';
import { insecureTestRandom, type RandomSource } from './csprng.ts';
import { privateGradients } from './private-gradient.ts';

const LENGTH = 40;
const SIGMA = 2 ** -10;
/** The clip norm in grid steps. As the clip norm itself it makes a step of the grid 1, so that sums are integers. */
const CLIP = integerScale(SIGMA).clipSteps;
const MOST = 4;

interface Owned {
  readonly user: string;
  readonly gradient: Float32Array;
}

function planWith(clipping: Clipping = 'flat', noiseMode: NoiseMode = 'exact'): SamplingPlan {
  // Everybody joins, and the sum is divided by 1.
  const sizes = { publicSize: 1, lotSize: 1, steps: 1, delta: 0.5, clipNorm: CLIP, noiseMultiplier: SIGMA };
  return createSamplingPlan({ ...sizes, clipping, noiseMode, user: { column: 'user', examples: MOST } });
}

/** In the place of the student: the first token of an example is the number of its gradient. */
function programOf(records: readonly Owned[]): GradientProgram {
  return {
    run: (prompt, examples) => {
      const gradients = new Float32Array(examples.length * prompt.length);
      for (const [row, { input }] of examples.entries())
        gradients.set(records[input.inputIds[0]!]!.gradient, row * prompt.length);
      return Promise.resolve({ gradients, losses: new Float32Array(examples.length) });
    },
    dispose: () => Promise.resolve(),
  };
}

function examplesOf(records: readonly Owned[]): PrivateExamples {
  const examples: readonly EncodedExample[] = records.map((_, number) => ({
    input: { inputIds: Int32Array.of(number), scoredIndex: 0 },
    label: 0,
  }));
  return new PrivateExamples(
    examples,
    [],
    records.map(({ user }) => user),
  );
}

/** The same coins for everybody and everything, and noise that depends on the seed alone. */
function sameRandomness(coin: number): RandomSource {
  return { secure: false, bits53: () => Math.floor(coin * 2 ** 53), word: insecureTestRandom(6).word };
}

async function step(plan: SamplingPlan, records: readonly Owned[], coin = 0.37, microbatch = 3) {
  const source = privateGradients(plan, examplesOf(records), programOf(records), sameRandomness(coin), microbatch);
  const { gradient, record } = await source(new Float32Array(LENGTH), 0);
  return { sum: gradient, record };
}

function wave(norm: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: LENGTH }, () => 2 * random() - 1);
  const length = Math.hypot(...values);
  return values.map((value) => (value * norm) / length);
}

function recordsOf(user: string, count: number, gradient: (index: number) => Float32Array): readonly Owned[] {
  return Array.from({ length: count }, (_, index) => ({ user, gradient: gradient(index) }));
}

/** Two users, one with more records than count in a step, mixed in the file. */
const others: readonly Owned[] = [
  ...recordsOf('one', 2, (i) => wave(0.4 * CLIP, i)),
  ...recordsOf('two', 9, (i) => wave(3 * CLIP, 20 + i)),
  ...recordsOf('one', 1, () => wave(0.2 * CLIP, 3)),
];

const filled = (value: number): Float32Array => new Float32Array(LENGTH).fill(value);
const adversaries: readonly (readonly [string, (index: number) => Float32Array])[] = [
  ['all of the clip norm, in one direction', () => filled(CLIP / Math.sqrt(LENGTH))],
  ['1e30, in one direction', () => filled(1e30)],
  ['the largest float32', () => filled(3.4028234663852886e38)],
  ['the largest float32, signs in turn', (index) => filled(3.4028234663852886e38 * (-1) ** index)],
  ['denormals', () => filled(1e-45)],
  ['one NaN in the last', (index) => (index % 3 === 2 ? filled(1).with(5, NaN) : filled(1e6))],
  ['infinities of both signs', (index) => filled(index % 2 === 0 ? Infinity : -Infinity)],
  ['one huge among small', (index) => wave(index === 3 ? 1e35 : 1, index)],
  ['random', (index) => wave(CLIP * 1.5 ** ((index % 12) - 6), index)],
];

const COUNTS = Array.from({ length: 100 }, (_, index) => index + 1);

/** What the user's records add to the sum of the others, in whole grid steps. */
async function contribution(plan: SamplingPlan, added: readonly Owned[], coin: number): Promise<readonly bigint[]> {
  const without = (await step(plan, others, coin)).sum;
  const within = (await step(plan, [...others, ...added], coin)).sum;
  return Array.from(within, (value, i) => BigInt(value) - BigInt(without[i]!));
}

const square = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value * value, 0n);

// Kills: examples that are sampled and clipped one by one, called a user; a sum of clipped ones; clipping before the mean
// but not after; a NaN record that adds anything.
test.each(CLIPPINGS)(
  'exact, %s: a whole user changes the integer sum by no more than the clip norm',
  async (clipping) => {
    const plan = planWith(clipping);
    for (const [name, gradient] of adversaries) {
      for (const count of COUNTS) {
        const change = square(await contribution(plan, recordsOf('new', count, gradient), (count % 7) / 7));
        expect(change <= BigInt(CLIP) ** 2n, `${count} records: ${name}`).toBe(true);
      }
    }
  },
);

// Kills: a bound that is kept by dropping or dividing what many records add.
test('a user of any number of records uses nearly all of the clip norm', async () => {
  for (const count of [1, 3, 4, 5, 100]) {
    const added = recordsOf('new', count, () => wave(1e30, 8));
    expect(Math.sqrt(Number(square(await contribution(planWith(), added, 0.37)))) / CLIP).toBeGreaterThan(0.997);
  }
});

// Kills: the same faults in float64. The slack is that of rounding both sums, to the grid and to float32.
test('rounded: a whole user changes the sum by no more than the clip norm', async () => {
  const plan = planWith('flat', 'rounded');
  const without = (await step(plan, others)).sum;
  for (const [name, gradient] of adversaries) {
    for (const count of [1, 2, 4, 5, 33, 100]) {
      const { sum } = await step(plan, [...others, ...recordsOf('new', count, gradient)]);
      const change = Math.hypot(...sum.map((value, i) => value - without[i]!));
      expect(change, `${count} records: ${name}`).toBeLessThan(CLIP * (1 + 1e-6));
    }
  }
});

// Kills: a denominator, a draw or a gradient of somebody else that goes by how many records a user has.
test('the number of a user’s records changes nothing but the user’s own vector', async () => {
  const results = await Promise.all(
    COUNTS.map((count) => step(planWith(), [...others, ...recordsOf('new', count, () => wave(0.5 * CLIP, 4))])),
  );
  for (const { sum, record } of results) {
    expect(sum).toEqual(results[0]!.sum);
    expect(record).toEqual({ lotSize: 3, lossSum: 0, nonFinite: 0 });
  }
});

test.each([1, 2, 50])('microbatches of %i give the same sum', async (microbatch) => {
  expect(await step(planWith(), others, 0.37, microbatch)).toEqual(await step(planWith(), others));
});

test('a user whose gradient is not finite adds zero, and is counted once', async () => {
  const { sum, record } = await step(planWith(), [...others, ...recordsOf('new', 9, () => filled(NaN))]);
  expect(record).toMatchObject({ lotSize: 3, nonFinite: 1 });
  expect(sum).toEqual((await step(planWith(), others)).sum);
});

// Kills: a coin for each record, with which a user of many records joins more often than q says.
test('a user joins with the probability of the plan, whatever the number of records', async () => {
  const draws = 4000;
  const sizes = { publicSize: 5, lotSize: 1, steps: draws, delta: 0.1, clipNorm: 1, noiseMultiplier: 1 };
  const plan = createSamplingPlan({ ...sizes, user: { column: 'user', examples: MOST } });
  const records = recordsOf('many', 50, () => Float32Array.of(1));
  const source = privateGradients(plan, examplesOf(records), programOf(records), insecureTestRandom(5), 64);
  let joined = 0;
  for (let i = 0; i < draws; i++) joined += (await source(new Float32Array(1), i)).record.lotSize;
  expect(Math.abs(joined - draws / 5)).toBeLessThan(4 * Math.sqrt((draws * 4) / 25));
});

// Kills: groups of records, with which a user has a turn in every step. Everybody joins whose turn it is.
test('with bands, a user has one turn in as many steps, with all records', async () => {
  const sizes = { publicSize: 3, lotSize: 1, steps: 9, delta: 0.1, clipNorm: 1, noiseMultiplier: 1 };
  const plan = createSamplingPlan({ ...sizes, bands: 3, user: { column: 'user', examples: MOST } });
  const users = Array.from({ length: 30 }, (_, index) => `user ${index}`);
  const records = users.flatMap((user, index) => recordsOf(user, (index % 7) + 1, () => Float32Array.of(1)));
  const seen: string[] = [];
  const program = programOf(records);
  const watched: GradientProgram = {
    ...program,
    run: (prompt, examples) => {
      seen.push(...examples.map(({ input }) => records[input.inputIds[0]!]!.user));
      return program.run(prompt, examples);
    },
  };
  const source = privateGradients(plan, examplesOf(records), watched, insecureTestRandom(8), 1);
  const turns: (readonly string[])[] = [];
  for (let index = 0; index < 9; index++) {
    const { record } = await source(new Float32Array(1), index);
    turns.push([...new Set(seen.splice(0))].toSorted());
    expect(record.lotSize).toBe(turns[index]!.length);
    expect(turns[index]).toEqual(turns[index % 3]);
  }
  expect(turns.slice(0, 3).flat().toSorted()).toEqual(users.toSorted());
});

// Kills: a run by example that claims users, and the reverse.
test('records that are not held by the unit of the plan are refused', () => {
  const byUser = examplesOf(others);
  const byExample = new PrivateExamples(byUser.pick(Array(byUser.size).keys()), []);
  const { publicSize, expectedLotSize: lotSize, ...constants } = planWith();
  const examplePlan = createSamplingPlan({ ...constants, publicSize, lotSize, user: undefined });
  for (const [plan, examples] of [
    [planWith(), byExample],
    [examplePlan, byUser],
  ] as const)
    expect(() => privateGradients(plan, examples, programOf(others), insecureTestRandom(1), 1)).toThrow(
      expect.objectContaining({ code: 'ENGINE' }),
    );
});
