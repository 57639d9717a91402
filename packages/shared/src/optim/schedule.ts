/** @file Learning-rate schedules: pure functions from the number of finished steps to the rate of the next one. */

/** Rate of the step that follows `step` finished ones; the first step has `step` 0. */
export type Schedule = (step: number) => number;

/** A rise to `peak`, then a fall to `floor`, which is kept after `totalSteps`. */
export interface WarmupOptions {
  /** Highest rate. */
  readonly peak: number;
  /** Steps of linear rise; the last of them has rate `peak`. @default 0 */
  readonly warmupSteps?: number;
  readonly totalSteps: number;
  /** Last rate. @default 0 */
  readonly floor?: number;
}

export function constant(rate: number): Schedule {
  return () => rate;
}

/** Linear rise, then linear fall. */
export function warmupLinear(options: WarmupOptions): Schedule {
  return riseAndFall(options, options.warmupSteps ?? 0, (progress) => 1 - progress);
}

/** Linear rise, then half a cosine: Loshchilov & Hutter 2017 (SGDR, arXiv:1608.03983), equation 5 without restarts. */
export function warmupCosine(options: WarmupOptions): Schedule {
  return riseAndFall(options, options.warmupSteps ?? 0, (progress) => (1 + Math.cos(Math.PI * progress)) / 2);
}

/** Linear rise, `peak` until `decaySteps` before the end, linear fall: WSD, Hu et al. 2024 (MiniCPM, arXiv:2404.06395), §4.2. */
export function warmupStableDecay(options: WarmupOptions & { readonly decaySteps: number }): Schedule {
  return riseAndFall(options, options.totalSteps - options.decaySteps, (progress) => 1 - progress);
}

/** `shape` maps progress of the fall, from 0 to 1, to the share of peak − floor that is left. */
function riseAndFall(options: WarmupOptions, fallStart: number, shape: (progress: number) => number): Schedule {
  const { peak, warmupSteps = 0, totalSteps, floor = 0 } = options;
  return (step) => {
    if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
    if (step >= totalSteps) return floor;
    const progress = Math.max(0, (step - fallStart) / (totalSteps - fallStart));
    return floor + (peak - floor) * shape(progress);
  };
}
