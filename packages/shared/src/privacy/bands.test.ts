import { expect, test } from 'vitest';
import { bandedGaussian, phasesOf } from './event.ts';

const event = { samplingRate: 0.2, noiseMultiplier: 1.5, steps: 10, coefficients: [0.8, 0.6] } as const;

test('a run is as many sampled steps as the largest group has turns', () => {
  expect(phasesOf(bandedGaussian(event), 'add-or-remove-one')).toEqual([
    { samplingRate: 0.2, noiseMultiplier: 1.5, steps: 5 },
  ]);
  expect(phasesOf(bandedGaussian({ ...event, steps: 11 }), 'add-or-remove-one')[0]!.steps).toBe(6);
});

test('an event is frozen, with its coefficients', () => {
  const coefficients = [0.8, 0.6];
  const frozen = bandedGaussian({ ...event, coefficients });
  coefficients[0] = 1;
  expect(frozen.coefficients).toEqual([0.8, 0.6]);
  expect(Object.isFrozen(frozen) && Object.isFrozen(frozen.coefficients)).toBe(true);
});

// Kills: coefficients that are believed. With norm 1.25 the noise is a fifth less than sigma sensitivities.
test.each([
  ['longer columns', { coefficients: [1, 0.75] }],
  ['columns a little longer', { coefficients: [0.8, 0.600001] }],
  ['columns of noise alone', { coefficients: [0, 1] }],
  ['no inverse', { coefficients: [-0.8, 0.6] }],
  ['a coefficient that is no number', { coefficients: [0.8, NaN] }],
  ['no coefficient', { coefficients: [] }],
  ['17 bands', { coefficients: Array<number>(17).fill(1 / Math.sqrt(17)) }],
  ['more bands than steps', { steps: 1 }],
  ['half a step', { steps: 2.5 }],
  ['a rate above 1', { samplingRate: 1.1 }],
  ['no noise', { noiseMultiplier: 0 }],
])('%s: refused when it is made, and when it comes from a file', (_, change) => {
  const refused = expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }) as Error;
  expect(() => bandedGaussian({ ...event, ...change })).toThrow(refused);
  expect(() => phasesOf({ kind: 'banded-gaussian', ...event, ...change }, 'add-or-remove-one')).toThrow(refused);
});
