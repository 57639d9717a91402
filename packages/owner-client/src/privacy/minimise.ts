/** @file Minimum of a smooth function of a few variables, by BFGS (Nocedal & Wright, Numerical Optimization, section 6.1). */

/** A function value with its gradient. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

const MAX_ITERATIONS = 200;

/** An iteration that gains less than this ends the search; values are taken to be of the order of 1. */
const GAIN = 1e-13;

/** The sufficient decrease (Armijo) and the shrinking of the line search. */
const SLOPE_SHARE = 1e-4;
const SHRINK = 0.5;

/** The point at which descent from `start` ends. Deterministic: the same function and start give the same point. */
export function minimise(evaluate: (point: Float64Array) => Slope, start: Float64Array): Float64Array {
  let point = start;
  let here = evaluate(point);
  let inverse = identity(start.length);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const direction = inverse.map((row) => -dot(row, here.gradient));
    const slope = dot(direction, here.gradient);
    if (!(slope < 0)) break;
    const next = descend(evaluate, point, here, direction, slope);
    if (next === undefined) break;
    const gain = here.value - next.slope.value;
    inverse = update(inverse, subtract(next.point, point), subtract(next.slope.gradient, here.gradient));
    point = next.point;
    here = next.slope;
    if (gain < GAIN) break;
  }
  return point;
}

function descend(
  evaluate: (point: Float64Array) => Slope,
  point: Float64Array,
  { value }: Slope,
  direction: readonly number[],
  slope: number,
): { readonly point: Float64Array; readonly slope: Slope } | undefined {
  for (let length = 1; length > 1e-12; length *= SHRINK) {
    const candidate = point.map((x, i) => x + length * direction[i]!);
    const there = evaluate(candidate);
    if (there.value <= value + SLOPE_SHARE * length * slope) return { point: candidate, slope: there };
  }
  return undefined;
}

/** Equation 6.17: H <- (I - r s y') H (I - r y s') + r s s', r = 1 / y's; kept as it is where the curvature is not positive. */
function update(inverse: readonly Float64Array[], s: Float64Array, y: Float64Array): readonly Float64Array[] {
  const curvature = dot(s, y);
  if (!(curvature > 0)) return inverse;
  const hy = inverse.map((row) => dot(row, y));
  const scale = (1 + dot(hy, y) / curvature) / curvature;
  return inverse.map((row, i) =>
    row.map((h, j) => h + scale * s[i]! * s[j]! - (hy[i]! * s[j]! + s[i]! * hy[j]!) / curvature),
  );
}

function identity(size: number): readonly Float64Array[] {
  return Array.from({ length: size }, (_, i) => new Float64Array(size).with(i, 1));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]!);
}
