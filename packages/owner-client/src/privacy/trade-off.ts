/**
 * @file What an epsilon buys: lot size against number of steps, and the plan that is proposed.
 *
 * How much descent a plan can do is counted in noiseless steps. A step along a gradient G with noise of covariance V, at the best step size, lowers
 * the loss by the share 1 / (1 + tr V / |G|^2) of what it would without noise (McCandlish et al., "An Empirical Model of Large-Batch Training",
 * arXiv 1812.06162, section 2.2). Here V is the noise of DP-SGD, tr V = d (sigma C / B)^2 over d trained coordinates, and |G| = s C: the mean of
 * gradients clipped to C has the norm s C, where s says how far they agree. T steps are therefore worth
 *
 *   T / (1 + d (sigma / (s B))^2)
 *
 * noiseless ones. In the noisy limit that is (s^2 / d) T B^2 / sigma^2, the square of the signal-to-noise ratio sqrt(T) B / sigma of the whole run;
 * without noise it is T. The noise of sampling a lot is left out: it adds at most 1 / (s^2 B), which is small beside the other where B << d.
 *
 * Why larger lots with fewer steps: at a fixed number of examples, T = E / B, small lots leave sigma near its floor of about one half, and the
 * signal-to-noise ratio grows as sqrt(B). It ends at two points: where B is near sqrt(d) sigma / s the noise no longer rules, and each doubling of the
 * lot only halves the steps; and near q = 1 sampling amplifies no more, and sigma grows as B does.
 */
import { setImmediate } from 'node:timers/promises';
import { SoftpostError } from '@softpost/shared/errors';
import { requireCount } from '@softpost/shared/privacy/parameters';
import { createSamplingPlan } from './sampling-plan.ts';

/** s: measured on public mail with a reference model of before (docs/plan.md). Another value moves the best lot size by its inverse. */
export const GRADIENT_AGREEMENT = 0.25;

export interface TradeOffOptions {
  readonly epsilon: number;
  readonly delta: number;
  readonly publicSize: number;
  readonly clipNorm: number;
  /** d = P * D. */
  readonly trainedCoordinates: number;
  readonly examplesPerSecond: number;
  /** Time for the whole run. */
  readonly minutes: number;
  /** Where users are the unit, the most records of one in a step; all are taken to have so many. @default 1 */
  readonly examplesPerUnit?: number;
}

export interface Candidate {
  /** B. */
  readonly lotSize: number;
  /** T. */
  readonly steps: number;
  /** q = B / public size. */
  readonly samplingRate: number;
  /** Sigma, the least that keeps epsilon. */
  readonly noiseMultiplier: number;
  /** sigma C / B: standard deviation of the noise in a coordinate of the mean gradient. */
  readonly noisePerCoordinate: number;
  /** sqrt(T) B / sigma. */
  readonly signalToNoise: number;
  /** Noiseless steps that the run is worth. */
  readonly effectiveSteps: number;
  /** Examples processed: T B, times those of a unit. */
  readonly examples: number;
  readonly minutes: number;
}

export interface TradeOff {
  /** By lot size, then steps, ascending. All fit into the time. */
  readonly candidates: readonly Candidate[];
  readonly proposed: Candidate;
}

/** Powers of two, the largest that leaves enough steps and those below it. */
const LOT_SIZES = 5;

/** Fewer steps are too few for the optimiser: Adam's second moment alone looks back over hundreds, its first over ten. */
const FEWEST_STEPS = 50;
const MOST_STEPS = 3200;

/** Of the steps that the time allows. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 1] as const;

/** Of the best plan's worth. Less time is taken before less privacy, and the last few per cent cost most of the time. */
const GOOD_ENOUGH = 0.95;

/** What a comparison, which takes seconds, is given to be stopped and watched by. */
export interface TradeOffContext {
  readonly signal: AbortSignal;
  /** Called after each of `of` plans. */
  readonly onCandidate: (done: number, of: number) => void;
}

/** The plan with the fewest examples among those worth 95 % of the best; of equals, the one with the larger lot. */
export function proposalOf(candidates: readonly Candidate[]): Candidate {
  const best = Math.max(...candidates.map(({ effectiveSteps }) => effectiveSteps));
  return candidates
    .filter(({ effectiveSteps }) => effectiveSteps >= GOOD_ENOUGH * best)
    .reduce((least, other) => {
      const more = other.examples - least.examples || least.lotSize - other.lotSize;
      return more < 0 ? other : least;
    });
}

/**
 * Compares plans that fit into the time, and proposes one.
 * @throws SoftpostError BAD_OPTION when the time is too short for any plan; BAD_PRIVACY_PARAMETER, PRIVACY_UNREACHABLE; CANCELLED through the signal
 */
export async function tradeOff(options: TradeOffOptions, { signal, onCandidate }: TradeOffContext): Promise<TradeOff> {
  const budget = (60 * options.minutes * options.examplesPerSecond) / (options.examplesPerUnit ?? 1);
  const largest = Math.min(requireCount('public size', options.publicSize), budget / FEWEST_STEPS);
  if (largest < 1) {
    throw new SoftpostError(
      'BAD_OPTION',
      `${options.minutes} minutes at ${options.examplesPerSecond} examples per second are too short for ${FEWEST_STEPS} steps`,
    );
  }
  const last = Math.floor(Math.log2(largest));
  const shapes = Array.from({ length: Math.min(LOT_SIZES, last + 1) }, (_, i) => 2 ** (last - i))
    .toReversed()
    .flatMap((lotSize) => stepCounts(budget / lotSize).map((steps) => ({ lotSize, steps })));
  const candidates: Candidate[] = [];
  for (const { lotSize, steps } of shapes) {
    candidates.push(candidate(options, lotSize, steps));
    onCandidate(candidates.length, shapes.length);
    await setImmediate();
    signal.throwIfAborted();
  }
  return { candidates, proposed: proposalOf(candidates) };
}

/** Round numbers up to `most`, ascending. */
function stepCounts(most: number): readonly number[] {
  const counts = SHARES.map((share) => twoDigits(share * Math.min(most, MOST_STEPS)));
  return [...new Set(counts)].filter((steps) => steps >= FEWEST_STEPS);
}

/** Rounded down to two digits. */
function twoDigits(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.floor(value / unit) * unit;
}

/** The sampling plan is the one that `tune` makes of the same numbers, so the noise is the same to the last bit. */
function candidate(options: TradeOffOptions, lotSize: number, steps: number): Candidate {
  const { samplingRate, noiseMultiplier, clipNorm } = createSamplingPlan({ ...options, lotSize, steps });
  const noise = (Math.sqrt(options.trainedCoordinates) * noiseMultiplier) / (GRADIENT_AGREEMENT * lotSize);
  const examples = steps * lotSize * (options.examplesPerUnit ?? 1);
  return {
    lotSize,
    steps,
    samplingRate,
    noiseMultiplier,
    noisePerCoordinate: (noiseMultiplier * clipNorm) / lotSize,
    signalToNoise: (Math.sqrt(steps) * lotSize) / noiseMultiplier,
    effectiveSteps: steps / (1 + noise * noise),
    examples,
    minutes: examples / options.examplesPerSecond / 60,
  };
}
