/**
 * @file The groups of BandMF, whose turns to be sampled come in a cycle (arXiv 2306.08153, section 4, algorithm 2).
 *
 * Each record gets its group by a coin of its own, before the first step and whatever it holds. A rule over its position in the file, such as the
 * index modulo b, would be cheaper and unsafe: take one record out, and all later ones change their groups, so that two neighbouring data sets
 * would differ in more than a record. With coins, the others keep theirs, and for each outcome of them the claim holds.
 */
import { randomInt } from 'node:crypto';
import { SoftpostError } from '@softpost/shared/errors';
import { requireCount } from '@softpost/shared/privacy/parameters';

/** Indices of the records of each group, ascending. Sizes are binomial, and private. */
export type Groups = readonly Int32Array[];

/**
 * Tosses the coins; none where there is but one group. The groups must be kept for the whole run, also over a restart: a record that moved could join too often.
 * @param coin a number below `bands`, @default from the operating system's random bits
 */
export function drawGroups(bands: number, populationSize: number, coin: (bands: number) => number = randomInt): Groups {
  requireCount('number of records', populationSize);
  return groupsOf(
    Uint8Array.from({ length: populationSize }, () => (bands === 1 ? 0 : coin(bands))),
    bands,
  );
}

/** The group of each record, for a checkpoint. It stays with the private data. */
export function saveGroups(groups: Groups): Float32Array {
  const groupOf = new Float32Array(groups.reduce((sum, { length }) => sum + length, 0));
  groups.forEach((records, group) => records.forEach((record) => (groupOf[record] = group)));
  return groupOf;
}

/** @throws SoftpostError BAD_CHECKPOINT unless it names one of `bands` groups for each of `populationSize` records */
export function restoreGroups(saved: Float32Array | undefined, bands: number, populationSize: number): Groups {
  if (
    saved?.length !== populationSize ||
    !saved.every((group) => Number.isInteger(group) && group >= 0 && group < bands)
  )
    throw new SoftpostError('BAD_CHECKPOINT', 'the checkpoint lacks the groups of the records');
  return groupsOf(saved, bands);
}

function groupsOf(groupOf: Uint8Array | Float32Array, bands: number): Groups {
  const groups = Array.from({ length: bands }, (): number[] => []);
  groupOf.forEach((group, record) => groups[group]!.push(record));
  return groups.map((records) => Int32Array.from(records));
}
