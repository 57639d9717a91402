import { expect, test } from 'vitest';
import { sgd } from './sgd.ts';
import type { Update } from './optimiser.ts';
import type { SgdState } from './sgd.ts';

test('without momentum a step is the rate times the gradient', () => {
  const optimiser = sgd({ learningRate: 0.5 });
  const start = Float32Array.of(1, -2, 3);
  const { parameters, state } = optimiser.update(Float32Array.of(2, 2, -4), optimiser.init(start), start);
  expect(parameters).toEqual(Float32Array.of(0, -3, 5));
  expect(state.step).toBe(1);
  expect(start).toEqual(Float32Array.of(1, -2, 3));
});

test('momentum adds up past gradients', () => {
  const optimiser = sgd({ learningRate: 1, momentum: 0.5 });
  const parameters = new Float32Array(1);
  let state = optimiser.init(parameters);
  const path = [1, 1, 0].map((gradient) => {
    state = optimiser.updateInPlace(Float32Array.of(gradient), state, parameters);
    return parameters[0];
  });
  // Velocities 1, 1.5, 0.75.
  expect(path).toEqual([-1, -2.5, -3.25]);
});

test('the update in place is the pure update', () => {
  const optimiser = sgd({ learningRate: (step) => 1 / (step + 1), momentum: 0.9, maxNorm: 1 });
  const inPlace = Float32Array.of(1, 2);
  let state = optimiser.init(inPlace);
  let pure: Update<SgdState> = { parameters: inPlace.slice(), state: optimiser.init(inPlace) };
  for (const gradient of [Float32Array.of(3, 4), Float32Array.of(-0.1, 0.2)]) {
    pure = optimiser.update(gradient, pure.state, pure.parameters);
    state = optimiser.updateInPlace(gradient, state, inPlace);
  }
  expect(pure).toEqual({ parameters: inPlace, state });
});

test('a gradient is scaled down to the largest norm allowed', () => {
  const optimiser = sgd({ learningRate: 1, maxNorm: 5 });
  const zero = new Float32Array(2);
  expect(optimiser.update(Float32Array.of(6, 8), optimiser.init(zero), zero).parameters).toEqual(
    Float32Array.of(-3, -4),
  );
  expect(optimiser.update(Float32Array.of(3, 4), optimiser.init(zero), zero).parameters).toEqual(
    Float32Array.of(-3, -4),
  );
});

test('a gradient that is not finite is refused where its norm is limited, and nothing changes', () => {
  const optimiser = sgd({ learningRate: 1, maxNorm: 5 });
  const parameters = Float32Array.of(1, 2);
  expect(() => optimiser.updateInPlace(Float32Array.of(1, NaN), optimiser.init(parameters), parameters)).toThrow(
    'not finite',
  );
  expect(parameters).toEqual(Float32Array.of(1, 2));
});

test.each([
  { learningRate: NaN },
  { learningRate: -1 },
  { learningRate: 1, momentum: 1 },
  { learningRate: 1, maxNorm: 0 },
])('%o is refused by name', (options) => {
  const step = (): unknown => {
    const optimiser = sgd(options);
    return optimiser.update(new Float32Array(1), optimiser.init(new Float32Array(1)), new Float32Array(1));
  };
  expect(step).toThrow(/The optimiser cannot use (learningRate|momentum|maxNorm) (NaN|-1|1|0)\./);
});
