/** @file Where the total loss of many steps lies: the tilt and the ends of the window that the FFT covers, all from moment generating functions. */
import type { LossDistribution, LossSample } from './privacy-loss.ts';

/** Probability, under the tilted distribution, that the FFT may wrap round at either end. */
const WRAP = 1e-12;

/** `steps` independent losses of the same distribution, on a grid shared with the other ones of the same sum. */
export interface RepeatedLoss {
  readonly steps: number;
  readonly loss: LossDistribution;
}

/** The same before there is a grid. */
export interface RepeatedSample {
  readonly steps: number;
  readonly sample: LossSample;
}

/**
 * What the FFT covers: total losses from `low` to `high`, in grid steps. `above` bounds the probability of a larger one, which wraps round to a smaller loss and
 * must be charged; what wraps round at `low` lands on a larger loss, which is safe.
 */
export interface LossWindow {
  readonly low: number;
  readonly high: number;
  readonly above: number;
}

/** log E[e^(lambda loss)] of one step, over finite losses; exact. */
export function cumulant({ first, spacing, mass }: LossDistribution, lambda: number): number {
  const slope = lambda * spacing;
  const shift = Math.max(slope * first, slope * (first + mass.length - 1));
  let sum = 0;
  for (let i = 0; i < mass.length; i++) sum += (mass[i] ?? NaN) * Math.exp(slope * (first + i) - shift);
  return shift + Math.log(sum);
}

/** Estimate of log E[e^(lambda loss)] of the sum of all losses; used to search, never to bound. */
function estimate(samples: readonly RepeatedSample[], lambda: number): number {
  let total = 0;
  for (const { steps, sample } of samples) {
    const shift = Math.max(lambda * (sample.losses[0] ?? NaN), lambda * (sample.losses.at(-1) ?? NaN));
    let sum = 0;
    for (let i = 0; i < sample.losses.length; i++) {
      sum += (sample.probabilities[i] ?? NaN) * Math.exp(lambda * (sample.losses[i] ?? NaN) - shift);
    }
    total += steps * (shift + Math.log(sum));
  }
  return total;
}

/** The tilt that gives the best Chernoff bound on epsilon at `delta`; lambda + 1 is the best order of RDP. */
export function tiltForDelta(samples: readonly RepeatedSample[], delta: number): number {
  return minimise((lambda) => (estimate(samples, lambda) - Math.log(delta)) / lambda, 1);
}

/** The tilt under which the mean total loss is `epsilon`. */
export function tiltForEpsilon(samples: readonly RepeatedSample[], epsilon: number): number {
  return minimise((lambda) => estimate(samples, lambda) - lambda * epsilon, 1);
}

/** The window outside which the tilted total loss lies with probability <= 2 WRAP, by a Chernoff bound at each end. */
export function windowAt(
  losses: readonly RepeatedLoss[],
  samples: readonly RepeatedSample[],
  spacing: number,
  tilt: number,
): LossWindow {
  const exact = (lambda: number): number =>
    losses.reduce((sum, { steps, loss }) => sum + steps * cumulant(loss, lambda), 0);
  const reach = (at: (lambda: number) => number, shift: number): number =>
    (at(tilt + shift) - at(tilt) - Math.log(WRAP)) / Math.abs(shift);
  const search = (lambda: number): number => estimate(samples, lambda);
  const up = minimise((shift) => reach(search, shift), tilt);
  const down = minimise((shift) => reach(search, -shift), tilt);
  const high = Math.ceil(reach(exact, up) / spacing);
  const low = Math.floor(-reach(exact, -down) / spacing);
  // Tilting back: P[l > high] is the tilted probability times at most e^(cumulant - tilt high).
  return { low, high, above: WRAP * Math.exp(exact(tilt) - tilt * high * spacing) };
}

/**
 * Golden-section search on a logarithmic scale round `guess`, to a few per cent. Nothing rests on its precision: every tilt gives a valid bound,
 * a good one only keeps more digits.
 */
function minimise(f: (x: number) => number, guess: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(guess) - 20;
  let high = Math.log(guess) + 20;
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let atLeft = f(Math.exp(left));
  let atRight = f(Math.exp(right));
  while (high - low > 0.1) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = f(Math.exp(left));
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = f(Math.exp(right));
    }
  }
  return Math.exp((low + high) / 2);
}
