import { expect, test } from 'vitest';
import { composeLosses } from './compose-losses.ts';
import { windowAt } from './loss-window.ts';
import { connectTheDots, type LossDistribution, sampleLoss } from './privacy-loss.ts';

/** Sums without a transform: all terms are >= 0, so every digit is kept. */
function convolve(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length + b.length - 1);
  a.forEach((x, i) => b.forEach((y, j) => (result[i + j] = (result[i + j] ?? NaN) + x * y)));
  return result;
}

const phase = { samplingRate: 0.2, noiseMultiplier: 1, steps: 8 };
const spacing = 0.05;
const loss = connectTheDots(phase, 'remove', spacing, 1e-12);
const samples = [{ steps: 8, sample: sampleLoss(phase, 'remove', 1e-12) }];

// Kills: rounding errors of the transforms not charged, negative masses not clipped, wrap-round by one, the tilt not undone.
test.each([0.5, 2, 6])(
  'tilt %d: every mass bounds that of direct convolution from above, tightly where the tilt looks',
  (tilt) => {
    const losses = [{ steps: 8, loss }];
    const window = windowAt(losses, samples, spacing, tilt);
    const { highest, mass } = composeLosses(losses, spacing, tilt, window);
    const square = convolve(loss.mass, loss.mass);
    const fourth = convolve(square, square);
    const exact = convolve(fourth, fourth);
    let tight = 0;
    mass.forEach((bound, i) => {
      const truth = exact[highest - i - 8 * loss.first] ?? 0;
      expect(bound).toBeGreaterThanOrEqual(truth * (1 - 1e-13));
      if (bound < truth * (1 + 1e-9)) tight++;
    });
    expect(tight).toBeGreaterThan(mass.length / 3);
  },
);

// Kills: infinite losses of a step, or what lies above the window, forgotten.
test('infinite losses add up, and what the window leaves out counts as infinite', () => {
  const coin: LossDistribution = { first: 0, spacing: 1, mass: Float64Array.of(0.5, 0.49), infinite: 0.01 };
  const { infinite } = composeLosses([{ steps: 2, loss: coin }], 1, 0.1, { low: 0, high: 2, above: 0.001 });
  expect(infinite).toBeCloseTo(0.0199 + 0.001, 12);
});

test('two tosses of a coin with loss 0 or 1', () => {
  const coin: LossDistribution = { first: 0, spacing: 1, mass: Float64Array.of(0.75, 0.25), infinite: 0 };
  const { mass } = composeLosses([{ steps: 2, loss: coin }], 1, 0.1, { low: 0, high: 2, above: 0 });
  [0.0625, 0.375, 0.5625].forEach((probability, i) => expect(mass[i]).toBeCloseTo(probability, 11));
});
