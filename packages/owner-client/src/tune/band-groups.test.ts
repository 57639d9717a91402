import { seededRandom } from '@softpost/shared/seeded-random';
import { expect, test } from 'vitest';
import { drawGroups, restoreGroups, saveGroups } from './band-groups.ts';

/** Coins that fall the same way for the same seed. */
function coins(seed: number): (bands: number) => number {
  const random = seededRandom(seed);
  return (bands) => Math.floor(bands * random());
}

// Kills: groups that overlap (a record would take part in steps less than b apart), a record in none.
test('every record is in one group', () => {
  const groups = drawGroups(5, 1000);
  expect(groups).toHaveLength(5);
  expect(groups.flatMap((group) => [...group]).toSorted((a, b) => a - b)).toEqual([...Array(1000).keys()]);
});

// Kills: the index modulo b, or any other rule over positions: a removed record would move the ones behind it. Chi-square of 4 cells over runs,
// 99.99 % point 21.1, for one record; 9 degrees of freedom for two, 33.7.
test('groups are drawn evenly, anew for each run, and independently', () => {
  const [runs, bands] = [4000, 4];
  const coin = coins(6);
  const single = new Float64Array(bands);
  const pair = new Float64Array(bands * bands);
  for (let run = 0; run < runs; run++) {
    const groupOf = saveGroups(drawGroups(bands, 6, coin));
    single[groupOf[2]!]!++;
    pair[groupOf[2]! * bands + groupOf[3]!]!++;
  }
  const chiSquare = (counts: Float64Array): number => {
    const expected = runs / counts.length;
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  };
  expect(chiSquare(single)).toBeLessThan(21.1);
  expect(chiSquare(pair)).toBeLessThan(44);
});

// The function is given a count and coins, nothing else; with the same coins, a record more leaves all others where they are.
test('a record more moves no other one', () => {
  const few = saveGroups(drawGroups(3, 50, coins(2)));
  const more = saveGroups(drawGroups(3, 51, coins(2)));
  expect(more.subarray(0, 50)).toEqual(few);
});

test('one group holds all records, in order', () => {
  expect([...drawGroups(1, 4)[0]!]).toEqual([0, 1, 2, 3]);
});

// Kills: groups drawn anew after a restart.
test('a checkpoint keeps the groups', () => {
  const groups = drawGroups(4, 90);
  expect(restoreGroups(saveGroups(groups), 4, 90)).toEqual(groups);
});

test.each([
  ['no groups', undefined],
  ['the groups of fewer records', new Float32Array(9)],
  ['a group too many', new Float32Array(10).with(3, 4)],
  ['half a group', new Float32Array(10).with(3, 0.5)],
])('a checkpoint with %s is refused', (_, saved) => {
  expect(() => restoreGroups(saved, 4, 10)).toThrow(expect.objectContaining({ code: 'BAD_CHECKPOINT' }));
});
