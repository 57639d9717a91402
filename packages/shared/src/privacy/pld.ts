/** @file Epsilon from the privacy loss distribution of many steps. */
import { type ComposedLoss, composeLosses } from './compose-losses.ts';
import type { Phase } from './event.ts';
import { composedGaussian } from './gaussian.ts';
import { type RepeatedLoss, type RepeatedSample, tiltForDelta, tiltForEpsilon, windowAt } from './loss-window.ts';
import { connectTheDots, type Direction, gridSize, sampleLoss, sampleSize, varianceOf } from './privacy-loss.ts';

/** Grid points per standard deviation of one step's loss: the grid then adds 1 / (6 * 32^2) = 0.02 % to the variance. */
const GRID_PER_DEVIATION = 32;

/** Larger grids take seconds; the spacing grows instead, which stays a bound. */
const MAX_GRID = 2 ** 20;

/** Part of delta given away to outcomes so rare that they are counted as infinite loss. */
const TAIL_SHARE = 1e-5;

/** Upper bound on the smallest epsilon at `delta` in one direction; Infinity when there is none or the arithmetic cannot vouch for it. */
export function epsilonFromPld(phases: readonly Phase[], direction: Direction, delta: number): number {
  const merged = merge(phases);
  const steps = merged.reduce((sum, phase) => sum + phase.steps, 0);
  const tail = (delta * TAIL_SHARE) / steps;
  // Noise so small, or a delta so small, that the loss cannot be tabulated: no number, and no memory for it.
  if (!merged.every((phase) => sampleSize(phase, direction, tail) <= MAX_GRID)) return Infinity;
  const samples = merged.map((phase) => ({ steps: phase.steps, sample: sampleLoss(phase, direction, tail) }));
  const variance = samples.reduce((sum, part) => sum + part.steps * varianceOf(part.sample), 0);
  if (!(variance > 0 && variance < Infinity)) return Infinity;

  const fits = (spacing: number): boolean =>
    merged.every((phase) => gridSize(phase, direction, spacing, tail) <= MAX_GRID);
  for (let spacing = Math.sqrt(variance / steps) / GRID_PER_DEVIATION; ; spacing *= 2) {
    if (!fits(spacing)) continue;
    const losses = merged.map((phase) => ({
      steps: phase.steps,
      loss: connectTheDots(phase, direction, spacing, tail),
    }));
    const epsilon = epsilonOnGrid(losses, samples, spacing, delta);
    if (epsilon !== undefined) return epsilon;
  }
}

/** One phase for each pair of rate and noise; Gaussian ones combine exactly. */
function merge(phases: readonly Phase[]): readonly Phase[] {
  const merged = new Map<string, Phase>();
  for (const phase of phases) {
    const key = `${phase.samplingRate} ${phase.noiseMultiplier}`;
    merged.set(key, { ...phase, steps: phase.steps + (merged.get(key)?.steps ?? 0) });
  }
  const all = [...merged.values()];
  const full = all.filter(({ samplingRate }) => samplingRate === 1);
  if (full.length === 0) return all;
  return [
    ...all.filter(({ samplingRate }) => samplingRate < 1),
    { samplingRate: 1, noiseMultiplier: composedGaussian(full), steps: 1 },
  ];
}

/**
 * Starts with the tilt for a Chernoff bound and tilts again for the epsilon found while that still falls: where few outcomes carry the privacy loss,
 * the Chernoff bound is far too high, and a tilt made for it spends the digits on losses that do not matter. Every pass is a bound by itself.
 * @returns undefined when the window needs a coarser grid
 */
function epsilonOnGrid(
  losses: readonly RepeatedLoss[],
  samples: readonly RepeatedSample[],
  spacing: number,
  delta: number,
): number | undefined {
  // Where the loss has a largest value the best tilt is infinite; beyond the resolution of the grid it only costs digits.
  const resolved = 0.5 / spacing;
  let tilt = Math.min(resolved, tiltForDelta(samples, delta));
  for (let best = Infinity; ; tilt = Math.min(resolved, tiltForEpsilon(samples, best))) {
    const window = windowAt(losses, samples, spacing, tilt);
    if (!Number.isFinite(window.high - window.low)) return Infinity;
    if (window.high - window.low >= MAX_GRID) return undefined;
    const epsilon = walk(composeLosses(losses, spacing, tilt, window), spacing, delta);
    if (!(epsilon < 0.9 * best) || epsilon === 0) return Math.min(best, Number.isNaN(epsilon) ? Infinity : epsilon);
    best = epsilon;
  }
}

/** Walks down from the highest loss, while delta(epsilon) = infinite + sum over l > epsilon of (1 - e^(epsilon - l)) mass(l) grows, until it meets `delta`. */
function walk({ highest, mass, infinite }: ComposedLoss, spacing: number, delta: number): number {
  if (!(infinite < delta)) return Infinity;
  const decay = Math.exp(-spacing);
  let probability = infinite;
  let discounted = 0;
  for (let i = 0; i < mass.length; i++) {
    const loss = (highest - i) * spacing;
    if (loss <= 0) return 0;
    probability += mass[i] ?? NaN;
    discounted = discounted * decay + (mass[i] ?? NaN);
    if (probability <= delta) continue;
    const epsilon = loss + Math.log((probability - delta) / discounted);
    if (!(epsilon < loss - spacing)) return Math.max(0, epsilon);
  }
  return Math.max(0, (highest - mass.length) * spacing);
}
