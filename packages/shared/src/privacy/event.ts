/** @file What was done to the private data, as frozen records. Accountants read these and nothing else. */
import { SoftpostError } from '../errors.ts';
import { participations } from './bands.ts';
import { requireNoiseMultiplier, requireSamplingRate, requireSteps } from './parameters.ts';
import { requireTrialLaw, type TrialLaw } from './selection.ts';

/**
 * Which data sets count as neighbours. `add-or-remove-one`: one holds one unit (a record, or a user with all of theirs) more than the other, so
 * the number of units is itself private. It is the only relation accounted for; a claim under another one is refused, never converted in silence.
 */
export type Adjacency = 'add-or-remove-one';

/** Gaussian noise of standard deviation `noiseMultiplier` x sensitivity, on all records. */
export interface GaussianEvent {
  readonly kind: 'gaussian';
  readonly noiseMultiplier: number;
}

/** The Gaussian mechanism on a Poisson sample: each record joins by its own coin of probability `samplingRate`. */
export interface SampledGaussianEvent {
  readonly kind: 'sampled-gaussian';
  readonly samplingRate: number;
  readonly noiseMultiplier: number;
}

/** BandMF: Gaussian noise correlated over `steps` steps, on Poisson samples of one group of records after the other; see bands.ts. */
export interface BandedGaussianEvent {
  readonly kind: 'banded-gaussian';
  /** Of a record in the steps of its group. */
  readonly samplingRate: number;
  /** Of what the correlated noise is made from, in units of the clip norm. */
  readonly noiseMultiplier: number;
  readonly steps: number;
  /** c: [b], the first column of C. */
  readonly coefficients: readonly number[];
}

/** The same event `count` times, each with fresh randomness. */
export interface SelfComposedEvent {
  readonly kind: 'self-composed';
  readonly event: PrivacyEvent;
  readonly count: number;
}

/** Several events on the same data, with parameters fixed before the first one. */
export interface ComposedEvent {
  readonly kind: 'composed';
  readonly events: readonly PrivacyEvent[];
}

/** `event` as often as `trials` says, each time with fresh randomness, of which the best result alone is released. */
export interface BestOfEvent {
  readonly kind: 'best-of';
  readonly event: PrivacyEvent;
  readonly trials: TrialLaw;
}

export type PrivacyEvent =
  | GaussianEvent
  | SampledGaussianEvent
  | BandedGaussianEvent
  | SelfComposedEvent
  | ComposedEvent
  | BestOfEvent;

/** `steps` identical releases of the Poisson-sampled Gaussian mechanism; the normal form that all accountants work on. */
export interface Phase {
  readonly samplingRate: number;
  readonly noiseMultiplier: number;
  readonly steps: number;
}

export function gaussian(noiseMultiplier: number): GaussianEvent {
  return Object.freeze({ kind: 'gaussian', noiseMultiplier: requireNoiseMultiplier(noiseMultiplier) });
}

export function sampledGaussian(parameters: {
  readonly samplingRate: number;
  readonly noiseMultiplier: number;
}): SampledGaussianEvent {
  return Object.freeze({
    kind: 'sampled-gaussian',
    samplingRate: requireSamplingRate(parameters.samplingRate),
    noiseMultiplier: requireNoiseMultiplier(parameters.noiseMultiplier),
  });
}

export function bandedGaussian(parameters: Omit<BandedGaussianEvent, 'kind'>): BandedGaussianEvent {
  const { samplingRate, noiseMultiplier, steps, coefficients } = parameters;
  participations(coefficients, steps);
  return Object.freeze({
    kind: 'banded-gaussian',
    samplingRate: requireSamplingRate(samplingRate),
    noiseMultiplier: requireNoiseMultiplier(noiseMultiplier),
    steps,
    coefficients: Object.freeze([...coefficients]),
  });
}

export function selfComposed(event: PrivacyEvent, count: number): SelfComposedEvent {
  return Object.freeze({ kind: 'self-composed', event, count: requireSteps(count) });
}

export function composed(events: readonly PrivacyEvent[]): ComposedEvent {
  return Object.freeze({ kind: 'composed', events: Object.freeze([...events]) });
}

export function bestOf(event: PrivacyEvent, trials: TrialLaw): BestOfEvent {
  return Object.freeze({ kind: 'best-of', event, trials: Object.freeze(requireTrialLaw(trials)) });
}

/**
 * Flattens an event into phases and validates it again, because events also arrive from files.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER for an unknown kind or adjacency: an event that is not understood has no epsilon.
 */
export function phasesOf(event: PrivacyEvent, adjacency: Adjacency): readonly Phase[] {
  if (adjacency !== 'add-or-remove-one') {
    throw new SoftpostError(
      'BAD_PRIVACY_PARAMETER',
      `adjacency ${JSON.stringify(adjacency)} is not accounted for; use "add-or-remove-one"`,
    );
  }
  return flatten(event, 1);
}

function flatten(event: PrivacyEvent, repeats: number): readonly Phase[] {
  switch (event.kind) {
    case 'gaussian':
      return [{ samplingRate: 1, noiseMultiplier: requireNoiseMultiplier(event.noiseMultiplier), steps: repeats }];
    case 'sampled-gaussian':
      return [
        {
          samplingRate: requireSamplingRate(event.samplingRate),
          noiseMultiplier: requireNoiseMultiplier(event.noiseMultiplier),
          steps: repeats,
        },
      ];
    case 'banded-gaussian':
      return flatten(
        { ...event, kind: 'sampled-gaussian' },
        requireSteps(repeats * participations(event.coefficients, event.steps)),
      );
    case 'self-composed':
      return flatten(event.event, requireSteps(repeats * requireSteps(event.count)));
    case 'composed':
      return event.events.flatMap((part) => flatten(part, repeats));
    case 'best-of':
      throw new SoftpostError(
        'BAD_PRIVACY_PARAMETER',
        'a choice among runs is accounted for as the outermost event only',
      );
    default:
      throw new SoftpostError('BAD_PRIVACY_PARAMETER', `unknown privacy event ${JSON.stringify(event)}`);
  }
}
