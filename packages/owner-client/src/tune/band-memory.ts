/**
 * @file What a run with bands keeps from step to step: the groups of the records, and the last sums. Without bands it is one group, and nothing kept.
 */
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import { drawGroups, restoreGroups, saveGroups, type Groups } from './band-groups.ts';
import { bandRelease, type BandRelease } from './band-release.ts';
import type { RandomSource } from './csprng.ts';

type Arrays = Readonly<Record<string, Float32Array>>;

export interface BandMemory {
  /** Indices of the records whose turn the step is, ascending; private. */
  readonly turn: (step: number) => Int32Array;
  readonly release: BandRelease['release'];
  /** For a checkpoint, which stays with the private data. */
  readonly save: () => Arrays;
  /**
   * @param unbroken that no step was drawn after the checkpoint. Else the sums are forgotten: rows that follow them were drawn once, and the same
   *   contributions under fresh noise would be a second look at them. C begins anew then, and no row of it holds a record twice.
   * @throws SoftpostError BAD_CHECKPOINT when the arrays are those of another plan or data set
   */
  readonly restore: (arrays: Arrays, unbroken: boolean) => void;
}

/** @param width trained coordinates, P * D */
export function bandMemory(
  plan: SamplingPlan,
  populationSize: number,
  width: number,
  random: RandomSource,
): BandMemory {
  const { bands } = plan;
  const coin = (sides: number): number => Math.floor(random.bits53() * 2 ** -53 * sides);
  let groups: Groups | undefined;
  // Drawn with the first step, which is charged for, and never in a run that has them from its checkpoint.
  const known = (): Groups => (groups ??= drawGroups(bands, populationSize, coin));
  const { release, save, restore } = bandRelease(plan, width);
  return {
    turn: (step) => known()[step % bands]!,
    release,
    save: () => (bands === 1 ? {} : { ...save(), [GROUPS]: saveGroups(known()) }),
    restore: (arrays, unbroken) => {
      if (bands === 1) return;
      groups = restoreGroups(arrays[GROUPS], bands, populationSize);
      if (unbroken) restore(arrays);
    },
  };
}

const GROUPS = 'bands.groups';
