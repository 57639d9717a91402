/**
 * @file The distribution of the sum of many losses, by FFT, with every rounding error on the safe side.
 * Each distribution is tilted by e^(lambda l) before the FFT and tilted back after it. Lambda is the saddle point that decides epsilon, so the
 * small probabilities that decide a small delta are the large ones inside the FFT and keep their digits.
 */
import FFT from 'fft.js';
import { cumulant, type LossWindow, type RepeatedLoss } from './loss-window.ts';

/** Unit roundoff of float64. */
const UNIT = 2 ** -53;

/** Upper bounds on P[loss = l] at l = (window.high - i) spacing, highest loss first, and on P[loss is infinite]. */
export interface ComposedLoss {
  readonly highest: number;
  readonly mass: Float64Array;
  readonly infinite: number;
}

/**
 * What the masses of one step may be off by, relative, from quadrature and from exponents of a few hundred; every step multiplies it in.
 */
const STEP_ERROR = 1024 * UNIT;

/** Sums `losses`, tilted by e^(tilt l) and back; all on the grid of `spacing`. */
export function composeLosses(
  losses: readonly RepeatedLoss[],
  spacing: number,
  tilt: number,
  window: LossWindow,
): ComposedLoss {
  const width = window.high - window.low + 1;
  const fft = new FFT(2 ** Math.max(1, Math.ceil(Math.log2(width))));
  const spectra = losses.map((part) => tiltedSpectrum(fft, part, tilt));
  const { masses, rounding } = multiply(fft, spectra);

  const steps = losses.reduce((sum, part) => sum + part.steps, 0);
  const logTotal = spectra.reduce((sum, spectrum) => sum + spectrum.steps * spectrum.cumulant, 0);
  const mass = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    const index = window.high - i;
    const bound = Math.max(0, masses[2 * modulo(index, fft.size)] ?? NaN) + rounding;
    mass[i] = (1 + STEP_ERROR * steps) * bound * Math.exp(logTotal - tilt * index * spacing);
  }
  const infinite = -Math.expm1(
    losses.reduce((sum, { steps: count, loss }) => sum + count * Math.log1p(-loss.infinite), 0),
  );
  return { highest: window.high, mass, infinite: infinite + window.above };
}

function modulo(index: number, size: number): number {
  return ((index % size) + size) % size;
}

/** Transform of one tilted distribution, in polar form so that a power is a product, and with what the error bound needs. */
interface Spectrum {
  readonly steps: number;
  /** log E[e^(tilt loss)], which tilting divides out. */
  readonly cumulant: number;
  readonly logMagnitude: Float64Array;
  readonly angle: Float64Array;
  /** Euclidean norm of the tilted masses. */
  readonly norm: number;
}

function tiltedSpectrum(fft: FFT, { steps, loss }: RepeatedLoss, tilt: number): Spectrum {
  const { size } = fft;
  const total = cumulant(loss, tilt);
  const tilted = new Float64Array(size);
  for (let i = 0; i < loss.mass.length; i++) {
    const index = modulo(loss.first + i, size);
    tilted[index] =
      (tilted[index] ?? NaN) + (loss.mass[i] ?? NaN) * Math.exp(tilt * (loss.first + i) * loss.spacing - total);
  }
  const spectrum = new Float64Array(2 * size);
  fft.realTransform(spectrum, tilted);
  const logMagnitude = new Float64Array(size / 2 + 1);
  const angle = new Float64Array(size / 2 + 1);
  for (let k = 0; k <= size / 2; k++) {
    const real = spectrum[2 * k] ?? NaN;
    const imaginary = spectrum[2 * k + 1] ?? NaN;
    logMagnitude[k] = 0.5 * Math.log(Math.max(real * real + imaginary * imaginary, 1e-300));
    angle[k] = Math.atan2(imaginary, real);
  }
  return {
    steps,
    cumulant: total,
    logMagnitude,
    angle,
    norm: Math.sqrt(tilted.reduce((sum, value) => sum + value * value, 0)),
  };
}

/** The tilted masses of the sum, as complex numbers, and what each of them can be too small by. */
interface TiltedSum {
  readonly masses: Float64Array;
  readonly rounding: number;
}

function multiply(fft: FFT, spectra: readonly Spectrum[]): TiltedSum {
  const { size } = fft;
  const product = new Float64Array(2 * size);
  const logMagnitudes = new Float64Array(size / 2 + 1);
  let steps = 0;
  for (const spectrum of spectra) steps += spectrum.steps;
  let sum = 0;
  let squares = 0;
  for (let k = 0; k <= size / 2; k++) {
    let logMagnitude = 0;
    let angle = 0;
    for (const spectrum of spectra) {
      logMagnitude += spectrum.steps * (spectrum.logMagnitude[k] ?? NaN);
      angle += spectrum.steps * (spectrum.angle[k] ?? NaN);
    }
    const magnitude = Math.exp(logMagnitude);
    logMagnitudes[k] = logMagnitude;
    product[2 * k] = magnitude * Math.cos(angle);
    product[2 * k + 1] = magnitude * Math.sin(angle);
    sum += 2 * magnitude;
    squares += 2 * magnitude * magnitude;
  }
  fft.completeSpectrum(product);
  const masses = new Float64Array(2 * size);
  fft.inverseTransform(masses, product);

  // Three sources: the forward transforms; the powers, whose logarithm and angle are each off by a few units per step; the inverse transform.
  const forward = spectra.reduce((bound, spectrum) => bound + forwardError(spectrum, logMagnitudes, size), 0);
  const power = (8 * UNIT * steps * sum) / size;
  const inverse = transformError(size) * Math.sqrt(squares / size);
  // Twice, for the products of errors that these first-order bounds leave out.
  return { masses, rounding: 2 * (forward + power + inverse) };
}

/** Relative error, in the Euclidean norm, of a transform: Higham, Accuracy and Stability of Numerical Algorithms, theorem 24.2. */
function transformError(size: number): number {
  return 8 * UNIT * Math.log2(size);
}

/**
 * What the error of one forward transform can add to any single mass of the product. A coefficient z with error e gives T |e| |z|^(T-1) times the
 * other factors; the Cauchy-Schwarz inequality separates the norm of e, which `transformError` bounds, from that of the rest.
 */
function forwardError({ steps, logMagnitude, norm }: Spectrum, logProduct: Float64Array, size: number): number {
  let squares = 0;
  for (let k = 0; k < logProduct.length; k++) {
    squares += 2 * Math.exp(2 * ((logProduct[k] ?? NaN) - (logMagnitude[k] ?? NaN)));
  }
  return steps * transformError(size) * norm * Math.sqrt(squares / size);
}
