import { expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { adamBC } from './adam-bc.ts';
import { adamW, type AdamWState } from './adamw.ts';
import type { Optimiser, Update } from './optimiser.ts';

const SIZE = 400;
const DEVIATION = 0.3;

/** Gradients of constant entries plus noise of standard deviation 0.3: uniform numbers, since only the variance matters. */
function noisyGradients(expected: (i: number) => number, steps: number): readonly Float32Array[] {
  const random = seededRandom(3);
  const noise = (): number => (2 * random() - 1) * Math.sqrt(3) * DEVIATION;
  return Array.from({ length: steps }, () => Float32Array.from({ length: SIZE }, (_, i) => expected(i) + noise()));
}

function run(optimiser: Optimiser<AdamWState>, gradients: readonly Float32Array[]): Update<AdamWState> {
  const zero = new Float32Array(SIZE);
  return gradients.reduce<Update<AdamWState>>(
    ({ parameters, state }, gradient) => optimiser.update(gradient, state, parameters),
    { parameters: zero, state: optimiser.init(zero) },
  );
}

/** Mean of the entries that `isOf` takes. */
function mean(values: Float32Array, isOf: (i: number) => boolean): number {
  const chosen = values.filter((_, i) => isOf(i));
  return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
}

test('one step by hand', () => {
  const optimiser = adamBC({ learningRate: 0.5, noiseVariance: 9, floor: 4 });
  const zero = new Float32Array(2);
  const { parameters } = optimiser.update(Float32Array.of(5, 3), optimiser.init(zero), zero);
  // The moments corrected for their start are g and g^2: 5 / sqrt(25 - 9), and 3 / sqrt(4), as 9 - 9 is below the floor.
  expect(parameters[0]).toBeCloseTo(-0.5 * (5 / 4), 5);
  expect(parameters[1]).toBeCloseTo(-0.5 * (3 / 2), 5);
});

test('without noise it is Adam', () => {
  const gradients = noisyGradients((i) => 1 + i / SIZE, 60);
  const [corrected, plain] = [
    run(adamBC({ learningRate: 0.01, noiseVariance: 0, floor: 1e-20 }), gradients),
    run(adamW({ learningRate: 0.01 }), gradients),
  ];
  expect(Math.max(...corrected.parameters.map((value, i) => value - plain.parameters[i]!))).toBeLessThan(1e-5);
});

// Kills: no subtraction, subtraction of the deviation, or before the bias correction of v.
test('small and large gradients in the same noise move alike, where Adam moves the small ones less', () => {
  const isSmall = (i: number): boolean => i % 2 === 0;
  const gradients = noisyGradients((i) => (isSmall(i) ? 0.15 : 0.6), 3000);
  const ratio = ({ parameters }: Update<AdamWState>): number =>
    mean(parameters, (i) => !isSmall(i)) / mean(parameters, isSmall);
  expect(ratio(run(adamW({ learningRate: 0.01 }), gradients))).toBeGreaterThan(1.8);
  expect(
    ratio(run(adamBC({ learningRate: 0.01, noiseVariance: DEVIATION ** 2, floor: 1e-4 }), gradients)),
  ).toBeLessThan(1.3);
});

test('the update changes nothing it is given', () => {
  const optimiser = adamBC({ learningRate: 0.1, noiseVariance: 0.1 });
  const start = { parameters: new Float32Array(3), state: optimiser.init(new Float32Array(3)) };
  const before = structuredClone(start);
  optimiser.update(Float32Array.of(1, -2, 0), start.state, start.parameters);
  expect(start).toEqual(before);
});

test.each(['noiseVariance -1', 'noiseVariance NaN', 'floor 0', 'beta2 1'])('%s is refused', (option) => {
  const [name, value] = option.split(' ') as [string, string];
  expect(() => adamBC({ learningRate: 1, noiseVariance: 1, [name]: Number(value) })).toThrow(
    `The optimiser cannot use ${option}.`,
  );
});
