/**
 * @file Exact samples of the discrete Gaussian by Canonne, Kamath, Steinke (arXiv 2004.00010), algorithms 1 to 3.
 * The standard deviation is a power of two, sigma = 2^m, and so is the scale of the discrete Laplace proposal, t = sigma. Every
 * fraction that a coin needs then has a power of two below it, and each decision compares whole random words with integers:
 * nothing is rounded, and no probability is ever computed.
 */
import type { RandomSource } from './csprng.ts';

type Words = Pick<RandomSource, 'word'>;

/**
 * One integer Y with P(Y = y) proportional to exp(-y^2 / (2 sigma^2)), all y in Z.
 * @param scaleBits m in 0..31: sigma = 2^m
 */
export function discreteGaussian(scaleBits: number, random: Words): number {
  for (;;) {
    const { low, high, negative } = discreteLaplace(scaleBits, random);
    if (isKept(low, high, scaleBits, random)) {
      const magnitude = high * 2 ** scaleBits + low;
      return negative ? -magnitude : magnitude;
    }
  }
}

/** An integer with P(y) proportional to exp(-|y| / 2^m), as |y| = high 2^m + low and a sign (algorithm 2). */
function discreteLaplace(
  scaleBits: number,
  random: Words,
): { readonly low: number; readonly high: number; readonly negative: boolean } {
  for (;;) {
    const low = bits(scaleBits, random);
    if (!isEvenRun(() => bits(scaleBits, random) < low, random)) continue;
    let high = 0;
    while (isEvenRun(always, random)) high++;
    const negative = bits(1, random) === 1;
    if (!(negative && low === 0 && high === 0)) return { low, high, negative };
  }
}

/**
 * A coin of probability exp(-(|y| / sigma - 1)^2 / 2) (algorithm 3). With |y| / sigma = high + u, u = low / 2^m, it is
 * exp(-(1 - u)^2 / 2) for high = 0, and the product of exp(-w^2 / 2), exp(-w u) and exp(-u^2 / 2) for w = high - 1 >= 0.
 */
function isKept(low: number, high: number, scaleBits: number, random: Words): boolean {
  const below = (limit: number) => (): boolean => bits(scaleBits, random) < limit;
  const halfSquare = (numerator: number): boolean => {
    const coin = below(numerator);
    return isEvenRun(() => bits(1, random) === 0 && coin() && coin(), random);
  };
  if (high === 0) return halfSquare(2 ** scaleBits - low);
  const w = high - 1;
  for (let i = 0; i < w * w; i++) if (!isEvenRun(() => bits(1, random) === 0, random)) return false;
  for (let i = 0; i < w; i++) if (!isEvenRun(below(low), random)) return false;
  return halfSquare(low);
}

/**
 * A coin of probability exp(-x), x in [0, 1], from coins of probability x (algorithm 1): coins of probability x / k are tossed for
 * k = 1, 2, ... until one fails, and an even number of successes counts.
 */
function isEvenRun(coin: () => boolean, random: Words): boolean {
  let k = 1;
  while (coin() && isOneIn(k, random)) k++;
  return k % 2 === 1;
}

/** A coin of probability 1 / k: a word that lies in the incomplete last part of [0, 2^32) is drawn again. */
function isOneIn(k: number, random: Words): boolean {
  if (k === 1) return true;
  const share = Math.floor(2 ** 32 / k);
  for (;;) {
    const word = random.word();
    if (word < share * k) return word < share;
  }
}

/** Uniform integer in [0, 2^count), count <= 31. */
function bits(count: number, random: Words): number {
  return count === 0 ? 0 : random.word() >>> (32 - count);
}

function always(): boolean {
  return true;
}
