/** @file The two questions of `softpost-owner privacy`: epsilon of a noise multiplier, and noise multiplier for an epsilon. */
import { accountFor } from '@softpost/shared/privacy/accountant';
import { type CalibratedNoise, calibrateNoise } from './calibrate.ts';
import { type PrivacyEvent, sampledGaussian, selfComposed } from '@softpost/shared/privacy/event';

/** A run of DP-SGD with Poisson sampling; adjacency is add-or-remove-one. */
interface Run {
  readonly samplingRate: number;
  readonly steps: number;
  readonly delta: number;
}

/** Upper bounds on epsilon; `epsilon` is the smaller of `pld` (its worse direction) and `rdp`, rounded up. */
export interface EpsilonAnswer {
  readonly epsilon: number;
  readonly pld: { readonly add: number; readonly remove: number };
  readonly rdp: { readonly epsilon: number; readonly order: number };
}

/** @throws SoftpostError BAD_PRIVACY_PARAMETER */
export function privacyEpsilon({ noiseMultiplier, ...run }: Run & { readonly noiseMultiplier: number }): EpsilonAnswer {
  const { epsilon, pld, rdp } = accountFor(runOf(run, noiseMultiplier), {
    delta: run.delta,
    adjacency: 'add-or-remove-one',
  });
  return { epsilon, pld: { add: pld.add, remove: pld.remove }, rdp: { epsilon: rdp.epsilon, order: rdp.order } };
}

/** @throws SoftpostError BAD_PRIVACY_PARAMETER, or PRIVACY_UNREACHABLE */
export function privacyNoise({ epsilon, ...run }: Run & { readonly epsilon: number }): CalibratedNoise {
  return calibrateNoise((sigma) => runOf(run, sigma), { epsilon, delta: run.delta, adjacency: 'add-or-remove-one' });
}

function runOf({ samplingRate, steps }: Run, noiseMultiplier: number): PrivacyEvent {
  return selfComposed(sampledGaussian({ samplingRate, noiseMultiplier }), steps);
}
