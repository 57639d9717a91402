import { join } from 'node:path';
import { openLanguageModel } from '@softpost/shared/model/language-model';
import { expect, test } from 'vitest';
import { bytesPerPlace } from './key-values.ts';
import { createPools, type Pool } from './pools.ts';

const { architecture } = await openLanguageModel(join(import.meta.dirname, '../../../../models/softpost-ref-clm'));
const PLACE = bytesPerPlace(architecture);

/** Joins with a cache full of one number. */
function join1(pool: Pool<number>, value: number): void {
  const { keys, values } = pool.clearDesk();
  for (const array of [...keys, ...values]) array.fill(value);
  pool.join(value);
}

/** What the caches of the members hold, one number each. */
function contents(pool: Pool<number>): readonly (number | undefined)[] {
  const { keys, values } = pool.batch();
  return pool.members.map((_, index) => {
    const numbers = new Set(
      [...keys, ...values].flatMap((array) => {
        const size = array.length / pool.members.length;
        return [...array.subarray(index * size, (index + 1) * size)];
      }),
    );
    return numbers.size === 1 ? [...numbers][0] : undefined;
  });
}

// Kills: moving the members and not their caches; a member that keeps what lay in its place before.
test('members stay together without gaps, each with its own cache', () => {
  const pool = createPools<number>(architecture, 1 << 30, 4).open(60)!;
  for (const value of [1, 2, NaN, 4]) join1(pool, value);
  pool.leave(0);
  expect(pool.members).toEqual([4, 2, NaN]);
  expect(contents(pool)).toEqual([4, 2, NaN]);
  pool.leave(2);
  join1(pool, 5);
  expect(contents(pool)).toEqual([4, 2, 5]);
  expect(pool.clearDesk().keys.every((array) => array.every((value) => value === 0))).toBe(true);
});

test('a pool is full with its slots, and texts of other lengths have their own', () => {
  const pools = createPools<number>(architecture, 1 << 30, 2);
  const pool = pools.open(60)!;
  expect(pool).toMatchObject({ places: 64, slots: 2 });
  join1(pool, 1);
  expect(pools.isFull(64)).toBe(false);
  join1(pool, 2);
  expect(pools.isFull(64)).toBe(true);
  expect(pools.isFull(65)).toBe(false);
  expect(pools.open(65)).toMatchObject({ places: 128 });
  expect(pools.open(300)).toMatchObject({ places: architecture.maxPositions });
});

// Kills: a budget that forgets the desk.
test('memory is taken a pool at a time, within the budget, and from pools that are empty', () => {
  const budget = (3 + 2) * 64 * PLACE;
  const pools = createPools<number>(architecture, budget, 8);
  const small = pools.open(64)!;
  expect(small.slots).toBe(4);
  expect(pools.bytes).toBe(5 * 64 * PLACE);
  join1(small, 1);
  expect(pools.open(65)).toBeUndefined();
  small.leave(0);
  expect(pools.open(65)).toMatchObject({ slots: 1 });
  expect(pools.bytes).toBe(2 * 128 * PLACE);
  expect(() => pools.check(128)).not.toThrow();
  expect(() => pools.check(129)).toThrow(expect.objectContaining({ code: 'CONTEXT_TOO_LONG' }));
});
