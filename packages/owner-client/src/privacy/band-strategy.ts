/**
 * @file The strategy matrix C of BandMF (arXiv 2306.08153, section 3), b-banded and lower triangular, chosen for prefix sums: the position of
 * plain gradient descent after t steps is the start minus the sum of the first t gradients.
 *
 * C[i, j] = c[i - j] / n[j], where n[j] is the norm of what is left of the coefficients in column j. So every column has norm 1, also the last
 * b - 1, which the matrix cuts off. All T^2 entries follow from b coefficients; those of least error are found by descent.
 */
import { SoftpostError } from '@softpost/shared/errors';
import { requireBands } from '@softpost/shared/privacy/bands';
import { requireSteps } from '@softpost/shared/privacy/parameters';
import { minimise, type Slope } from './minimise.ts';

export interface BandStrategy {
  readonly bands: number;
  /** T: rows and columns of C. */
  readonly steps: number;
  /** c: [bands], with sum of squares 1. */
  readonly coefficients: readonly number[];
}

/** The descent walks over all steps some hundred times. */
const MAX_BANDED_STEPS = 1e6;

/** The strategy of least error for prefix sums. @throws SoftpostError BAD_PRIVACY_PARAMETER */
export function bandStrategy(bands: number, steps: number): BandStrategy {
  requireBands(bands, requireSteps(steps));
  if (bands === 1) return { bands, steps, coefficients: Object.freeze([1]) };
  if (steps > MAX_BANDED_STEPS) {
    throw new SoftpostError(
      'BAD_PRIVACY_PARAMETER',
      `${steps} steps are too many for bands; at most ${MAX_BANDED_STEPS}`,
    );
  }
  const tail = minimise((point) => logSquaredError(point, steps), squareRootTail(bands));
  const norm = Math.hypot(1, ...tail);
  return { bands, steps, coefficients: Object.freeze([1, ...tail].map((c) => c / norm)) };
}

/** n[j] of column j, counted from 0. It is 1 but for the last b - 1 columns. */
export function columnScale({ bands, steps, coefficients }: BandStrategy, column: number): number {
  return column + bands <= steps ? 1 : Math.hypot(...coefficients.slice(0, steps - column));
}

/**
 * Root mean square over the steps of the standard deviation of a prefix sum's noise, |A C^-1|_F / sqrt(T) with A the lower triangle of ones, in
 * units of the standard deviation of Z. Without bands it is sqrt((T + 1) / 2).
 */
export function prefixSumError(strategy: BandStrategy): number {
  const { bands, steps, coefficients } = strategy;
  const [first = 1, ...tail] = coefficients;
  const sums = prefixInverse(
    tail.map((c) => c / first),
    steps,
  ).map((e) => e / first);
  const cut = steps - bands + 1;
  let rowSquare = 0;
  let total = 0;
  for (let step = 0; step < cut; step++) {
    rowSquare += sums[step]! ** 2;
    total += rowSquare;
  }
  // From here on the rows of C^-1 are scaled by n.
  const row = sums.slice(0, cut).toReversed();
  const whole = new Float64Array(steps);
  whole.set(row);
  for (let step = cut; step < steps; step++) {
    const scale = columnScale(strategy, step);
    for (let column = 0; column <= step; column++) {
      const age = step - column;
      whole[column]! += scale * (sums[age]! - (age === 0 ? 0 : sums[age - 1]!));
    }
    total += whole.reduce((sum, value) => sum + value * value, 0);
  }
  return Math.sqrt(total / steps);
}

/**
 * log of (1 + |u|^2) sum over k of (T - k) e[k]^2, the squared error of coefficients (1, u) scaled to norm 1, and its gradient in u.
 * With c(x) = 1 + u_1 x + ..., e(x) = 1 / ((1 - x) c(x)) is a column of A C^-1, and de / du_i = -x^i f(x) with f = e / c. The scaling of the last
 * columns is left out: it can only lower the error.
 */
function logSquaredError(tail: Float64Array, steps: number): Slope {
  const e = prefixInverse(tail, steps);
  const f = divide(e, tail);
  const norm = 1 + tail.reduce((sum, u) => sum + u * u, 0);
  const error = e.reduce((sum, value, k) => sum + (steps - k) * value * value, 0);
  const gradient = tail.map((u, index) => {
    const shift = index + 1;
    let slope = 0;
    for (let k = shift; k < steps; k++) slope -= (steps - k) * e[k]! * f[k - shift]!;
    return (2 * u) / norm + (2 * slope) / error;
  });
  return { value: Math.log(norm) + Math.log(error), gradient };
}

/** The first T coefficients of 1 / ((1 - x) c(x)). */
function prefixInverse(tail: ArrayLike<number>, steps: number): Float64Array {
  return divide(new Float64Array(steps).fill(1), tail);
}

/** The power series a(x) / c(x), where c has the coefficients (1, tail). */
function divide(a: Float64Array, tail: ArrayLike<number>): Float64Array {
  const quotient = new Float64Array(a.length);
  for (let k = 0; k < a.length; k++) {
    let value = a[k]!;
    for (let i = 1; i <= tail.length && i <= k; i++) value -= tail[i - 1]! * quotient[k - i]!;
    quotient[k] = value;
  }
  return quotient;
}

/** Where the descent begins: the square root of A, C(2k, k) / 4^k (Fichtenberger, Henzinger, Upadhyay, arXiv 2202.11205), cut off at b bands. */
function squareRootTail(bands: number): Float64Array {
  const tail = new Float64Array(bands - 1);
  let coefficient = 1;
  for (let k = 1; k < bands; k++) tail[k - 1] = coefficient *= (2 * k - 1) / (2 * k);
  return tail;
}
