/** @file What a unit of privacy brings into one step: its record, or at most k of a user's. */
import type { SamplingPlan } from '../privacy/sampling-plan.ts';
import type { RandomSource } from './csprng.ts';

/**
 * Of a user, k records drawn without replacement and anew in each step, or all where there are no more: over a run every record has its turn. The
 * choice depends on this unit and fresh randomness alone, so whatever it is, the unit moves the sum by its one clipped vector.
 *
 * As many random numbers are taken whatever the user holds: with the same coins, all others would draw the same.
 */
export function chooseExamples<Example>(
  { user }: SamplingPlan,
  unit: readonly Example[],
  random: RandomSource,
): readonly Example[] {
  if (!user) return unit;
  const rest = [...unit];
  return Array.from({ length: user.examples }, () => random.bits53() * 2 ** -53)
    .slice(0, unit.length)
    .map((number) => rest.splice(Math.floor(number * rest.length), 1)[0]!);
}
