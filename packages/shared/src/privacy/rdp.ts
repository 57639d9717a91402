/**
 * @file Renyi differential privacy (RDP) of the Poisson-sampled Gaussian mechanism, and its conversion to (epsilon, delta).
 * Mironov, Talwar, Zhang, "Renyi Differential Privacy of the Sampled Gaussian Mechanism" (arXiv 1908.10530), section 3.3.
 * There the order-alpha divergence in the `remove` direction bounds the one in the `add` direction (theorem 5), so one number covers both.
 */
import type { Phase } from './event.ts';
import { logAddExp, logExpm1 } from './special-functions.ts';

/** Orders to minimise over: fine where few noisy steps decide, integers above, because those are cheap and never need integration. */
export const RDP_ORDERS: readonly number[] = [
  ...Array.from({ length: 9 }, (_, i) => 1 + (i + 1) / 100).slice(1),
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 54 }, (_, i) => 11 + i),
  72,
  80,
  96,
  112,
  128,
  160,
  192,
  224,
  256,
  320,
  384,
  448,
  512,
  640,
  768,
  1024,
  1536,
  2048,
  3072,
  4096,
];

/** A fractional order that needs more points than this (sigma below about 0.05) is skipped: infinity is always a bound. */
const MAX_POINTS = 20_000;

/** The epsilon of the best order; `atEdge` says that a longer list of orders could be tighter (the value is a bound all the same). */
export interface RdpEpsilon {
  readonly epsilon: number;
  readonly order: number;
  readonly atEdge: boolean;
}

/** RDP at `order` > 1 of one step; sensitivity 1, noise standard deviation `noiseMultiplier`, add-or-remove-one. */
export function rdpOfSampledGaussian(samplingRate: number, noiseMultiplier: number, order: number): number {
  if (samplingRate === 1) return order / (2 * noiseMultiplier ** 2);
  const logMomentMinusOne = Number.isInteger(order)
    ? logMomentMinusOneInteger(samplingRate, noiseMultiplier, order)
    : logMomentMinusOneFractional(samplingRate, noiseMultiplier, order);
  return logAddExp(0, logMomentMinusOne) / (order - 1);
}

/**
 * log(A - 1), where A = sum over k of C(a,k) (1-q)^(a-k) q^k e^((k^2-k)/(2 s^2)).
 * The binomial weights sum to one, so subtracting them leaves expm1 terms that are all >= 0: nothing cancels however small q is.
 */
function logMomentMinusOneInteger(q: number, sigma: number, order: number): number {
  let sum = -Infinity;
  let logWeight = order * Math.log1p(-q);
  for (let k = 1; k <= order; k++) {
    logWeight += Math.log((order - k + 1) / k) + Math.log(q) - Math.log1p(-q);
    if (k > 1) sum = logAddExp(sum, logWeight + logExpm1((k * k - k) / (2 * sigma * sigma)));
  }
  return sum;
}

/**
 * log(A - 1) as the integral of L^a - 1 - a(L - 1) >= 0 against N(0, s^2), with L(z) = 1 - q + q e^((2z-1)/(2 s^2)) and E[L] = 1.
 * The trapezoidal rule converges exponentially: the nearest singularity, L = 0, is pi s^2 off the real line.
 */
function logMomentMinusOneFractional(q: number, sigma: number, order: number): number {
  const reach = 10 * sigma;
  const step = Math.min(sigma, sigma * sigma) / 4;
  const points = Math.ceil((order + 2 * reach) / step);
  if (points > MAX_POINTS) return Infinity;
  let sum = -Infinity;
  for (let i = 0; i <= points; i++) {
    const z = i * step - reach;
    sum = logAddExp(sum, logExcess(q, (2 * z - 1) / (2 * sigma * sigma), order) - (z * z) / (2 * sigma * sigma));
  }
  return sum + Math.log(step / (sigma * Math.sqrt(2 * Math.PI)));
}

/** log(L^a - 1 - a(L-1)) with L = 1 - q + q e^y; a power series near L = 1, where the difference would cancel. */
function logExcess(q: number, y: number, order: number): number {
  const u = q * Math.expm1(y);
  if (Math.abs(u) * order < 0.25) {
    let term = order * u;
    let sum = 0;
    for (let k = 2; k < 60 && Math.abs(term) > 1e-18 * sum; k++) {
      term *= ((order - k + 1) / k) * u;
      sum += term;
    }
    return Math.log(sum);
  }
  const logRatio = logAddExp(Math.log1p(-q), Math.log(q) + y);
  return (
    order * logRatio + Math.log1p((order - 1) * Math.exp(-order * logRatio) - order * Math.exp((1 - order) * logRatio))
  );
}

/** Total RDP of the phases, one value per order. */
export function rdpOfPhases(phases: readonly Phase[], orders: readonly number[] = RDP_ORDERS): readonly number[] {
  return orders.map((order) =>
    phases.reduce(
      (sum, { samplingRate, noiseMultiplier, steps }) =>
        sum + steps * rdpOfSampledGaussian(samplingRate, noiseMultiplier, order),
      0,
    ),
  );
}

/**
 * Smallest epsilon at `delta` over the orders: Canonne, Kamath, Steinke (arXiv 2004.00010), proposition 12, clamped at 0.
 * Epsilon is 0 when delta covers the total variation distance by Bretagnolle-Huber, sqrt(1 - e^(-KL)), with KL <= RDP.
 */
export function epsilonFromRdp(
  rdp: readonly number[],
  delta: number,
  orders: readonly number[] = RDP_ORDERS,
): RdpEpsilon {
  let best: RdpEpsilon = { epsilon: Infinity, order: orders[0] ?? NaN, atEdge: true };
  for (const [i, order] of orders.entries()) {
    const divergence = rdp[i] ?? Infinity;
    const covered = delta * delta + Math.expm1(-divergence) > 0;
    const bound = divergence + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
    const epsilon = covered ? 0 : Math.max(0, bound);
    if (epsilon < best.epsilon) best = { epsilon, order, atEdge: i === 0 || i === orders.length - 1 };
  }
  return best;
}
