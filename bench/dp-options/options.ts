/** @file What is compared: DP-SGD as it is, and what `tune` offers beside it, all with the same number of passes over the records. */

import type { Clipping } from '@softpost/owner-client/privacy/sampling-plan';
import type { TuneOptions } from '@softpost/owner-client/tune/tune-options';
import type { Training } from '../../demo/private-transfer.ts';

export interface DpOption {
  readonly name: string;
  readonly clipping?: Clipping;
  readonly optimiser?: TuneOptions['optimiser'];
  readonly bands?: number;
  readonly clipNorm?: number;
  /** Lots so many times as large, steps so many times as few. */
  readonly lots?: number;
}

export const OPTIONS: readonly DpOption[] = [
  { name: 'plain' },
  { name: 'plain, C = 1', clipNorm: 1 },
  { name: 'auto-s', clipping: 'auto-s' },
  { name: 'adam-bc', optimiser: 'adam-bc' },
  { name: 'lots × 4', lots: 4 },
  { name: 'bands 4', bands: 4 },
  { name: 'bands 8', bands: 8 },
  { name: 'auto-s, lots × 4', clipping: 'auto-s', lots: 4 },
];

/** The ceiling: plain descent without privacy. */
export const NO_DP: DpOption = { name: 'no DP' };

export const EPSILONS = [8, 1] as const;

/** In units of the embeddings' root mean square. Fewer, larger lots want a higher rate, so the grid is wide. */
export const LEARNING_RATES = [0.05, 0.2, 0.8] as const;

const STEPS = 60;
const LOT_SIZE = 64;

/** Below the median norm of a gradient on imdb (0.16) and agnews (0.4 to 0.9; a student of before), and the same for both. `auto-s` and Adam do not depend on it. */
const CLIP_NORM = 0.1;

/** @param epsilon infinite for a run without privacy */
export function trainingFor(
  { clipping = 'flat', optimiser = 'adam', bands = 1, clipNorm = CLIP_NORM, lots = 1 }: DpOption,
  { epsilon, publicSize }: { readonly epsilon: number; readonly publicSize: number },
): Omit<Training, 'seed' | 'learningRate'> {
  return {
    steps: STEPS / lots,
    lotSize: LOT_SIZE * lots,
    optimiser,
    initialisation: 'text',
    privacy:
      epsilon === Infinity ? { dp: false } : { dp: true, epsilon, delta: 1e-5, publicSize, clipNorm, clipping, bands },
  };
}
