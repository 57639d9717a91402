import { expect, test } from 'vitest';
import { adamW } from './adamw.ts';
import type { AdamWOptions, AdamWState } from './adamw.ts';
import type { Update } from './optimiser.ts';

const SIZE = 23;
const start = Float32Array.from({ length: SIZE }, (_, i) => Math.cos(3 * i));
const gradientAt = (step: number): Float32Array =>
  Float32Array.from({ length: SIZE }, (_, i) => Math.sin(i * i + step) / (i + 1));

/** Algorithm 2 of Loshchilov & Hutter 2019 in float64, line by line. */
function reference(steps: number, rate: number, decay: number): number[] {
  return [...start].map((theta, i) => {
    let [m, v, parameter] = [0, 0, theta];
    for (let t = 1; t <= steps; t++) {
      const g = gradientAt(t)[i]!;
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g ** 2;
      const mHat = m / (1 - 0.9 ** t);
      const vHat = v / (1 - 0.999 ** t);
      parameter -= rate * (mHat / (Math.sqrt(vHat) + 1e-8)) + rate * decay * parameter;
    }
    return parameter;
  });
}

function run(options: AdamWOptions, steps: number): Float32Array {
  const optimiser = adamW(options);
  let current: Update<AdamWState> = { parameters: start, state: optimiser.init(start) };
  for (let t = 1; t <= steps; t++) current = optimiser.update(gradientAt(t), current.state, current.parameters);
  return current.parameters;
}

test.each([0, 0.1])(
  '200 steps with weight decay %d stay within float32 rounding of the published algorithm',
  (weightDecay) => {
    const parameters = run({ learningRate: 0.01, weightDecay }, 200);
    const expected = reference(200, 0.01, weightDecay);
    // 200 steps of a few roundings of 2^-24 each, of parameters below 4.
    expect(Math.max(...expected.map((value, i) => Math.abs(value - parameters[i]!)))).toBeLessThan(2e-5);
  },
);

test('bias correction makes the first step as long as the rate', () => {
  const optimiser = adamW({ learningRate: 0.25 });
  const zero = new Float32Array(3);
  const { parameters } = optimiser.update(Float32Array.of(1e-3, -5, 0), optimiser.init(zero), zero);
  expect([...parameters].map((value) => Number(value.toFixed(4)))).toEqual([-0.25, 0.25, 0]);
});

test('decay reaches the first parameters only and does not go through the moments', () => {
  const optimiser = adamW({ learningRate: 0.5, weightDecay: 0.5, decayed: 2 });
  const ones = new Float32Array(3).fill(1);
  const { parameters, state } = optimiser.update(new Float32Array(3), optimiser.init(ones), ones);
  expect(parameters).toEqual(Float32Array.of(0.75, 0.75, 1));
  expect(state.m).toEqual(new Float32Array(3));
});

test('the update in place is the pure update, which changes nothing it is given', () => {
  const optimiser = adamW({ learningRate: (step) => 0.1 / (step + 1), weightDecay: 0.1, maxNorm: 0.5 });
  const inPlace = start.slice();
  let state = optimiser.init(inPlace);
  let pure: Update<AdamWState> = { parameters: start, state: optimiser.init(start) };
  for (let t = 1; t <= 3; t++) {
    const before = structuredClone(pure);
    const next = optimiser.update(gradientAt(t), pure.state, pure.parameters);
    expect(pure).toEqual(before);
    pure = next;
    state = optimiser.updateInPlace(gradientAt(t), state, inPlace);
  }
  expect(pure).toEqual({ parameters: inPlace, state });
});

test('arrays of another length are refused', () => {
  const optimiser = adamW({ learningRate: 1 });
  expect(() => optimiser.update(new Float32Array(4), optimiser.init(start), start)).toThrow(
    'Arrays of 23 and 4 entries',
  );
});

test.each([{ beta1: 1 }, { beta2: -0.1 }, { epsilon: 0 }, { weightDecay: NaN }])('%o is refused by name', (option) => {
  const [name, value] = Object.entries(option)[0]!;
  expect(() => adamW({ learningRate: 1, ...option })).toThrow(`The optimiser cannot use ${name} ${value}.`);
});
