/**
 * @file The privacy loss of one step, discretised from above.
 * Doroshenko et al., "Connect the Dots" (arXiv 2207.04380): the mass in each grid cell goes to the two ends of the cell so that its probability under BOTH
 * neighbouring data sets is kept. The hockey-stick curve is then exact at the grid points and a chord between them, hence nowhere too small.
 * The paper takes the masses from differences of that curve, which lose their digits on a fine grid; here they are integrals of integrands >= 0.
 */
import type { Phase } from './event.ts';

/** `remove`: how far the output with the record stands out against the output without it; `add`: the reverse. Neither bounds the other in general. */
export type Direction = 'add' | 'remove';

/** P[loss = (first + i) spacing] = mass[i]; what is missing to 1 counts as infinite loss and is at most `infinite`. */
export interface LossDistribution {
  readonly first: number;
  readonly spacing: number;
  readonly mass: Float64Array;
  readonly infinite: number;
}

/** Gauss-Legendre rule with four points on [-1, 1]. */
const NODES = [
  { at: -0.8611363115940526, weight: 0.34785484513745385 },
  { at: -0.33998104358485626, weight: 0.6521451548625461 },
  { at: 0.33998104358485626, weight: 0.6521451548625461 },
  { at: 0.8611363115940526, weight: 0.34785484513745385 },
];

/** Widest panel in units of sigma: the rule is then right to 1e-11 relative even at ten sigma. */
const PANEL = 1 / 16;

/**
 * log of the likelihood ratio of (1-q) N(0, s^2) + q N(1, s^2) to N(0, s^2) at x. It increases with x; it is the loss in the remove direction and minus the loss
 * in the add direction.
 */
function logRatio({ samplingRate: q, noiseMultiplier: sigma }: Phase, x: number): number {
  const y = (2 * x - 1) / (2 * sigma * sigma);
  if (y > 500) return y + Math.log(q) + Math.log1p(((1 - q) / q) * Math.exp(-y));
  const excess = q * Math.expm1(y);
  return excess > -0.5 ? Math.log1p(excess) : Math.log(1 - q + q * Math.exp(y));
}

/** The x at which `logRatio` is r; -Infinity below its range. */
function inverseLogRatio({ samplingRate: q, noiseMultiplier: sigma }: Phase, r: number): number {
  const scaled = (y: number): number => sigma * sigma * y + 0.5;
  if (r > 1) return scaled(r - Math.log(q) + Math.log1p(-(1 - q) * Math.exp(-r)));
  const excess = Math.expm1(r) / q;
  if (excess > -0.5) return scaled(Math.log1p(excess));
  const weight = (Math.exp(r) - (1 - q)) / q;
  return weight > 0 ? scaled(Math.log(weight)) : -Infinity;
}

/** Density of x: the mixture in the remove direction, N(0, s^2) in the add direction. */
function density({ noiseMultiplier: sigma }: Phase, direction: Direction, x: number, ratio: number): number {
  const exponent = -(x * x) / (2 * sigma * sigma) + (direction === 'remove' ? ratio : 0);
  return Math.exp(exponent) / (sigma * Math.sqrt(2 * Math.PI));
}

/** An interval of x outside which at most `tail` of the probability lies, by P[Z > z] <= e^(-z^2/2) / 2. */
function support(
  { samplingRate, noiseMultiplier: sigma }: Phase,
  direction: Direction,
  tail: number,
): { readonly left: number; readonly right: number } {
  const reach = sigma * Math.sqrt(2 * Math.log(2 / tail));
  const shifted = direction === 'remove' ? 1 + sigma * Math.sqrt(2 * Math.log(1 + (2 * samplingRate) / tail)) : 0;
  return { left: -reach, right: Math.max(reach, shifted) };
}

/** The loss of one step at the nodes of a quadrature rule: enough to choose grid, tilt and window by, at a fraction of the cost of the grid itself. */
export interface LossSample {
  readonly losses: Float64Array;
  readonly probabilities: Float64Array;
}

/** How many nodes `sampleLoss` needs; not finite where the arithmetic ends. */
export function sampleSize(phase: Phase, direction: Direction, tail: number): number {
  const { left, right } = support(phase, direction, tail);
  return Math.ceil((8 * (right - left)) / phase.noiseMultiplier) + 1;
}

/** Trapezoidal rule in x, eight points per sigma. */
export function sampleLoss(phase: Phase, direction: Direction, tail: number): LossSample {
  const { left, right } = support(phase, direction, tail);
  const size = sampleSize(phase, direction, tail);
  const step = (right - left) / (size - 1);
  const losses = new Float64Array(size);
  const probabilities = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const ratio = logRatio(phase, left + i * step);
    losses[i] = direction === 'remove' ? ratio : -ratio;
    probabilities[i] = step * density(phase, direction, left + i * step, ratio);
  }
  return { losses, probabilities };
}

export function varianceOf({ losses, probabilities }: LossSample): number {
  const mean = losses.reduce((sum, loss, i) => sum + loss * (probabilities[i] ?? NaN), 0);
  return losses.reduce((sum, loss, i) => sum + (loss - mean) ** 2 * (probabilities[i] ?? NaN), 0);
}

/** How many grid points `connectTheDots` needs. */
export function gridSize(phase: Phase, direction: Direction, spacing: number, tail: number): number {
  const { left, right } = support(phase, direction, tail);
  return Math.floor(logRatio(phase, right) / spacing) - Math.floor(logRatio(phase, left) / spacing) + 2;
}

/** One step of `phase` on a grid of `spacing`; outcomes of total probability <= `tail` count as infinite loss. */
export function connectTheDots(phase: Phase, direction: Direction, spacing: number, tail: number): LossDistribution {
  const { left, right } = support(phase, direction, tail);
  const lowest = Math.floor(logRatio(phase, left) / spacing);
  const cells = gridSize(phase, direction, spacing, tail) - 1;
  const mass = new Float64Array(cells + 1);
  const cellWeight = -Math.expm1(-spacing);
  let x = left;
  for (let cell = 0; cell < cells; cell++) {
    const low = (lowest + cell) * spacing;
    const end = cell === cells - 1 ? right : Math.min(right, inverseLogRatio(phase, low + spacing));
    while (x < end) {
      const next = Math.min(end, x + PANEL * phase.noiseMultiplier);
      const half = (next - x) / 2;
      for (const { at, weight } of NODES) {
        const point = x + half * (1 + at);
        const ratio = logRatio(phase, point);
        const probability = weight * half * density(phase, direction, point, ratio);
        // How far the loss lies above the lower end of its cell; the higher loss is the higher ratio only in the remove direction.
        const above = direction === 'remove' ? ratio - low : low + spacing - ratio;
        const up = Math.min(1, Math.max(0, -Math.expm1(-above) / cellWeight));
        const share = direction === 'remove' ? up : 1 - up;
        mass[cell] = (mass[cell] ?? 0) + probability * (1 - share);
        mass[cell + 1] = (mass[cell + 1] ?? 0) + probability * share;
      }
      x = next;
    }
  }
  if (direction === 'remove') return { first: lowest, spacing, mass, infinite: tail };
  return { first: -(lowest + cells), spacing, mass: mass.reverse(), infinite: tail };
}
