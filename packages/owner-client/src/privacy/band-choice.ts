/** @file What bands are worth for one run: BandMF against DP-SGD at the same epsilon, lot size and number of steps. */
import { bandedGaussian, groupSamplingRate } from './band-event.ts';
import { bandStrategy, prefixSumError } from './band-strategy.ts';
import { calibrateNoise } from './calibrate.ts';

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
export function bandChoices({ publicSize, lotSize, steps, epsilon, delta }: RunConstants): readonly BandChoice[] {
  return BANDS.filter((bands) => bands === 1 || (bands * lotSize <= publicSize && bands <= steps)).map((bands) => {
    const samplingRate = groupSamplingRate(bands, lotSize, publicSize);
    const { noiseMultiplier } = calibrateNoise(
      (sigma) => bandedGaussian({ samplingRate, noiseMultiplier: sigma, steps, bands }),
      { epsilon, delta, adjacency: 'add-or-remove-one' },
    );
    const prefixSumNoise = noiseMultiplier * prefixSumError(bandStrategy(bands, steps));
    return { bands, samplingRate, noiseMultiplier, prefixSumNoise };
  });
}
