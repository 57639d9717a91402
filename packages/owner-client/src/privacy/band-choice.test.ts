import { expect, test } from 'vitest';
import { bandChoices } from './band-choice.ts';

const SST2 = { publicSize: 67_349, lotSize: 1024, steps: 658, delta: 1e-5 };
const SMALL = { publicSize: 5000, lotSize: 256, steps: 200, delta: 1e-5 };

// The table of docs/privacy.md. Sigma without bands is that of dp_accounting (0.62548 and 1.67330); the rest follows from it by the event of bands.
// Kills: bands that are not charged for (sigma would not grow), floor for ceiling in the number of compositions.
test.each([
  ['SST-2', SST2, 8, [0.6255, 0.8243, 1.2321], [11.35, 7.7, 6.48]],
  ['SST-2', SST2, 1, [1.6734, 3.1165, 6.1105], [30.38, 29.11, 32.12]],
  ['5,000 records', SMALL, 8, [0.7949, 1.1662, 1.8582], [7.97, 6.22, 6.17]],
  ['5,000 records', SMALL, 1, [2.9, 5.6288, 11.1084], [29.07, 30.03, 36.91]],
])('%s, %j at epsilon %d: sigma %j and noise %j with 1, 4 and 16 bands', (_, run, epsilon, sigmas, noises) => {
  const choices = bandChoices({ ...run, epsilon }).filter(({ bands }) => [1, 4, 16].includes(bands));
  expect(choices.map(({ noiseMultiplier }) => Number(noiseMultiplier.toFixed(4)))).toEqual(sigmas);
  expect(choices.map(({ prefixSumNoise }) => Number(prefixSumNoise.toFixed(2)))).toEqual(noises);
});

test('bands that a run has no room for are left out', () => {
  const bands = (run: typeof SMALL) => bandChoices({ ...run, epsilon: 8 }).map((choice) => choice.bands);
  expect(bands({ ...SMALL, lotSize: 5000 })).toEqual([1]);
  expect(bands({ ...SMALL, lotSize: 900 })).toEqual([1, 2, 4]);
  expect(bands({ ...SMALL, steps: 5 })).toEqual([1, 2, 4]);
});
