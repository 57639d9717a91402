/** @file Functions that Math lacks: the scaled complementary error function, the normal tail, and sums kept as logarithms. */

/** log(e^a + e^b) without overflow. */
export function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === -Infinity ? -Infinity : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** log(e^x - 1) for x > 0, without overflow. */
export function logExpm1(x: number): number {
  return x > 1 ? x + Math.log1p(-Math.exp(-x)) : Math.log(Math.expm1(x));
}

/** Step of the trapezoidal rule in `erfcx`: its error e^(-(pi/step)^2) = 7e-18 is below one unit in the last place. */
const STEP = 0.5;
const TERMS = Array.from({ length: 13 }, (_, k) => ({
  square: ((k + 1) * STEP) ** 2,
  weight: 2 * Math.exp(-(((k + 1) * STEP) ** 2)),
}));

/** Below this the power series of erf loses nothing, above it the trapezoidal rule does. */
const SERIES_LIMIT = 0.5;

/**
 * e^(x^2) erfc(x), to about 1e-15 relative for x >= 0 (for x < 0 it is 2 e^(x^2) - erfcx(-x), which overflows below -26).
 * erfcx(x) = (x / pi) * integral of e^(-t^2) / (t^2 + x^2): the trapezoidal rule converges exponentially once the pole at t = ix is
 * taken out by its residue (Matta & Reichel, Math. Comp. 25 (1971), 339-344).
 */
export function erfcx(x: number): number {
  if (x < 0) return 2 * Math.exp(x * x) - erfcx(-x);
  if (x < SERIES_LIMIT) return Math.exp(x * x) * (1 - erfSeries(x));
  if (x === Infinity) return 0;
  let sum = 1 / (x * x);
  for (const { square, weight } of TERMS) sum += weight / (square + x * x);
  const residue = x < Math.PI / STEP ? (2 * Math.exp(x * x)) / Math.expm1((2 * Math.PI * x) / STEP) : 0;
  return ((STEP * x) / Math.PI) * sum - residue;
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
    term *= -(x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** log of the probability that a standard normal exceeds x; accurate in both tails. */
export function logNormalTail(x: number): number {
  if (x < -1) return Math.log1p(-Math.exp(logNormalTail(-x)));
  const y = x * Math.SQRT1_2;
  return Math.log(erfcx(y) / 2) - y * y;
}

/** The probability that a standard normal exceeds x. */
export function normalTail(x: number): number {
  return Math.exp(logNormalTail(x));
}
