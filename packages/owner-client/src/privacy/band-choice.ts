/** @file What bands are worth for one run: BandMF against DP-SGD at the same epsilon, lot size and number of steps. */
import { prefixSumError } from './band-strategy.ts';
import { createSamplingPlan } from './sampling-plan.ts';

/** Numbers of bands that are compared. */
const BANDS = [1, 2, 4, 8, 16] as const;

interface RunConstants {
  readonly publicSize: number;
  readonly lotSize: number;
  readonly steps: number;
  readonly epsilon: number;
  readonly delta: number;
}

export interface BandChoice {
  readonly bands: number;
  /** Of a record in the steps of its group. */
  readonly samplingRate: number;
  readonly noiseMultiplier: number;
  /** Root mean square over the steps of the noise in the sum of all gradients so far, per coordinate, in units of clip norm / lot size. */
  readonly prefixSumNoise: number;
}

/**
 * One row for each number of bands that the run allows, beginning with 1. Correlated noise cancels in the sums that gradient descent walks along, but
 * a record is then sampled b times as often from its group: bands gain where sampling amplifies little, at large epsilon or small rates.
 * @throws SoftpostError BAD_PRIVACY_PARAMETER, PRIVACY_UNREACHABLE
 */
export function bandChoices(run: RunConstants): readonly BandChoice[] {
  const fits = (bands: number): boolean => bands === 1 || (bands * run.lotSize <= run.publicSize && bands <= run.steps);
  return BANDS.filter(fits).map((bands) => {
    const plan = createSamplingPlan({ ...run, clipNorm: 1, bands });
    const { samplingRate, noiseMultiplier } = plan;
    return { bands, samplingRate, noiseMultiplier, prefixSumNoise: noiseMultiplier * prefixSumError(plan) };
  });
}
