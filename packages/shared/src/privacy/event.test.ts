import { expect, test } from 'vitest';
import { composed, gaussian, type PrivacyEvent, phasesOf, sampledGaussian, selfComposed } from './event.ts';

test('nested events flatten into phases with multiplied steps', () => {
  const step = sampledGaussian({ samplingRate: 0.1, noiseMultiplier: 2 });
  expect(phasesOf(selfComposed(composed([selfComposed(step, 3), gaussian(5)]), 4), 'add-or-remove-one')).toEqual([
    { samplingRate: 0.1, noiseMultiplier: 2, steps: 12 },
    { samplingRate: 1, noiseMultiplier: 5, steps: 4 },
  ]);
});

test('events are frozen', () => {
  expect(Object.isFrozen(sampledGaussian({ samplingRate: 0.1, noiseMultiplier: 2 }))).toBe(true);
  expect(Object.isFrozen(composed([gaussian(1)]).events)).toBe(true);
});

// Kills: a default branch that skips what it does not know, which would report too small an epsilon.
test('an unknown event is refused', () => {
  const event = JSON.parse('{"kind":"laplace","scale":1}') as PrivacyEvent;
  expect(() => phasesOf(event, 'add-or-remove-one')).toThrow(
    expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }),
  );
});

// Kills: the adjacency is ignored; replace-one needs a larger epsilon for the same noise.
test('another adjacency is refused', () => {
  const adjacency = JSON.parse('"replace-one"') as 'add-or-remove-one';
  expect(() => phasesOf(gaussian(1), adjacency)).toThrow(/replace-one/);
});

test.each([
  ['sigma 0', () => gaussian(0)],
  ['sigma -1', () => gaussian(-1)],
  ['sigma NaN', () => gaussian(NaN)],
  ['sigma Infinity', () => gaussian(Infinity)],
  ['q 0', () => sampledGaussian({ samplingRate: 0, noiseMultiplier: 1 })],
  ['q 1.1', () => sampledGaussian({ samplingRate: 1.1, noiseMultiplier: 1 })],
  ['q NaN', () => sampledGaussian({ samplingRate: NaN, noiseMultiplier: 1 })],
  ['0 steps', () => selfComposed(gaussian(1), 0)],
  ['half a step', () => selfComposed(gaussian(1), 1.5)],
  [
    'more steps than can be counted',
    () => phasesOf(selfComposed(selfComposed(gaussian(1), 1e6), 1e6), 'add-or-remove-one'),
  ],
  ['a bad parameter read from a file', () => phasesOf({ kind: 'gaussian', noiseMultiplier: -1 }, 'add-or-remove-one')],
])('%s is refused', (_, build) => {
  expect(build).toThrow(expect.objectContaining({ code: 'BAD_PRIVACY_PARAMETER' }));
});
