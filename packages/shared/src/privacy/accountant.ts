/** @file The accountant: from what was done to the one epsilon that is reported. */
import { type Adjacency, type BestOfEvent, type Phase, type PrivacyEvent, phasesOf } from './event.ts';
import { composedGaussian, gaussianEpsilon } from './gaussian.ts';
import { requireDelta } from './parameters.ts';
import { epsilonFromPld } from './pld.ts';
import { epsilonFromRdp, rdpOfPhases, type RdpEpsilon } from './rdp.ts';
import { rdpOfSelection, requireTrialLaw } from './selection.ts';

/** What a guarantee is stated against. */
export interface PrivacyClaim {
  readonly delta: number;
  readonly adjacency: Adjacency;
}

/** Upper bounds on epsilon. `epsilon` is the certificate: the smaller of the two methods, rounded up. */
export interface PrivacyReport {
  readonly epsilon: number;
  readonly rdp: RdpEpsilon;
  /** Privacy loss distribution: neighbours with one record added, and with one removed. Their maximum counts. */
  readonly pld: { readonly add: number; readonly remove: number };
}

/** Anything that turns an event into a report; calibration takes the same one that reports. */
export type PrivacyAccountant = (event: PrivacyEvent, claim: PrivacyClaim) => PrivacyReport;

/** Covers the rounding of the last sums, which is below 1e-12 of the value. */
const ROUND_UP = 1 + 1e-9;

/**
 * The privacy spent by `event`. Both methods are upper bounds, so the smaller one is a bound too.
 * A method that cannot vouch for a number returns Infinity.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER for a parameter, event or adjacency outside its range.
 */
export const accountFor: PrivacyAccountant = (event, { delta, adjacency }) => {
  requireDelta(delta);
  if (event.kind === 'best-of') return accountForSelection(event, { delta, adjacency });
  const phases = phasesOf(event, adjacency);
  const rdp = epsilonFromRdp(rdpOfPhases(phases), delta);
  const pld = lossDistributionEpsilon(phases, delta);
  return { epsilon: Math.min(rdp.epsilon, Math.max(pld.add, pld.remove)) * ROUND_UP, rdp, pld };
};

/** By RDP alone: no bound on the privacy loss distribution of a selection is known here. */
function accountForSelection({ event, trials }: BestOfEvent, { delta, adjacency }: PrivacyClaim): PrivacyReport {
  const curve = rdpOfSelection(rdpOfPhases(phasesOf(event, adjacency)), requireTrialLaw(trials));
  const rdp = epsilonFromRdp(curve, delta);
  return { epsilon: rdp.epsilon * ROUND_UP, rdp, pld: { add: Infinity, remove: Infinity } };
}

function lossDistributionEpsilon(phases: readonly Phase[], delta: number): PrivacyReport['pld'] {
  if (!phases.every(({ samplingRate }) => samplingRate === 1)) {
    return { add: epsilonFromPld(phases, 'add', delta), remove: epsilonFromPld(phases, 'remove', delta) };
  }
  const epsilon = gaussianEpsilon(composedGaussian(phases), delta);
  return { add: epsilon, remove: epsilon };
}
