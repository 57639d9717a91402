import { expect, test } from 'vitest';
import { adamW } from './adamw.ts';
import { captureCheckpoint, restoreCheckpoint } from './checkpoint.ts';
import { allocateParameters } from './parameter-memory.ts';
import type { AdamWState } from './adamw.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ParameterMemory } from './parameter-memory.ts';

const shapes = new Map([
  ['weight', [5, 7]],
  ['bias', [3]],
]);

function steps(memory: ParameterMemory, from: AdamWState, until: number): AdamWState {
  const { kernels, decayed } = memory;
  const optimiser = adamW({ learningRate: (step) => 0.1 / (step + 1), weightDecay: 0.1, decayed, kernels });
  let state = from;
  while (state.step < until) {
    for (let i = 0; i < memory.gradients.length; i++)
      memory.gradients[i] = Math.sin(i + 7 * state.step) + memory.parameters[i]!;
    state = optimiser.updateInPlace(memory.gradients, state, memory.parameters);
  }
  return state;
}

// Kills: a step count that starts again (bias correction and schedule), moments left out.
test('a resumed run ends with the bits of an undisturbed one', () => {
  const undisturbed = allocateParameters(shapes);
  const end = captureCheckpoint(undisturbed, steps(undisturbed, undisturbed.initAdamW(), 20));

  const stopped = allocateParameters(shapes);
  const half = steps(stopped, stopped.initAdamW(), 9);
  const checkpoint = captureCheckpoint(stopped, half);
  steps(stopped, half, 12);
  const resumed = allocateParameters(shapes);
  const state = steps(resumed, restoreCheckpoint(resumed, structuredClone(checkpoint)), 20);
  expect(captureCheckpoint(resumed, state)).toEqual(end);
});

test.each<[string, Partial<Checkpoint>, string]>([
  ['other shapes', { layout: ['weight[7,5]', 'bias[3]'] }, 'holds weight[7,5] where this run has weight[5,7]'],
  ['a parameter less', { layout: ['weight[5,7]'] }, 'holds nothing where this run has bias[3]'],
  ['a parameter more', { layout: ['weight[5,7]', 'bias[3]', 'extra[1]'] }, 'holds extra[1] where this run has nothing'],
  ['a short array', { v: new Float32Array(2) }, "'v' has 2 numbers, not 38"],
  ['a broken step', { step: -1 }, 'step is -1'],
])('a checkpoint with %s is refused and changes nothing', (_, change, message) => {
  const memory = allocateParameters(shapes);
  const state = steps(memory, memory.initAdamW(), 2);
  const before = captureCheckpoint(memory, state);
  const other = { ...before, parameters: new Float32Array(38), ...change };
  expect(() => restoreCheckpoint(memory, other)).toThrow(message);
  expect(captureCheckpoint(memory, state)).toEqual(before);
});
