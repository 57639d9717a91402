/**
 * @file The caches of sequences being generated. A pool has places of one number; sequences lie in it without gaps, so that
 * its first n are one batch. Memory is taken a pool at a time, within a budget, before any sequence starts.
 */

import { SoftpostError } from '@softpost/shared/errors';
import type { Architecture } from '@softpost/shared/model/architecture';
import { bytesPerPlace, copyPlaces, emptyCache, sequencesOf, type KeyValues } from './key-values.ts';

export interface Pool<Member> {
  readonly places: number;
  /** Sequences that can lie in it. */
  readonly slots: number;
  readonly members: Member[];
  /** The caches of the members. */
  batch(): KeyValues;
  /** A cache of one sequence, for one that is being read; zeros. */
  clearDesk(): KeyValues;
  /** Takes in the sequence on the desk. */
  join(member: Member): void;
  /** The last member moves to the place of the one that leaves. */
  leave(index: number): void;
}

export interface Pools<Member> {
  readonly bytes: number;
  /** Pools with members. */
  readonly busy: readonly Pool<Member>[];
  /** Whether a sequence of so many places waits for another one of its pool to leave. */
  isFull(places: number): boolean;
  /** @throws CONTEXT_TOO_LONG when not even one sequence of so many places fits the budget */
  check(places: number): void;
  /** The pool for a sequence, undefined while others hold the memory. */
  open(places: number): Pool<Member> | undefined;
}

const SMALLEST = 64;

/** @param sequences most members of a pool; fewer where the budget does not hold so many */
export function createPools<Member>(model: Architecture, budgetBytes: number, sequences: number): Pools<Member> {
  const pools = new Map<number, Pool<Member>>();
  const perPlace = bytesPerPlace(model);
  const bytesOf = (slots: number, places: number): number => (slots + 1) * places * perPlace;
  const slotsOf = (places: number): number => Math.min(sequences, Math.floor(budgetBytes / (places * perPlace)) - 1);
  const used = (): number => [...pools.values()].reduce((sum, { slots, places }) => sum + bytesOf(slots, places), 0);

  return {
    get bytes() {
      return used();
    },
    get busy() {
      return [...pools.values()].filter(({ members }) => members.length > 0);
    },
    isFull: (wanted) => {
      const pool = pools.get(placesFor(wanted, model));
      return pool !== undefined && pool.members.length === pool.slots;
    },
    check: (wanted) => {
      const places = placesFor(wanted, model);
      if (slotsOf(places) < 1)
        throw new SoftpostError(
          'CONTEXT_TOO_LONG',
          `a sequence of ${wanted} tokens takes ${bytesOf(1, places)} bytes, the server has ${budgetBytes} for all`,
        );
    },
    open: (wanted) => {
      const places = placesFor(wanted, model);
      const known = pools.get(places);
      if (known) return known;
      const slots = slotsOf(places);
      const bytes = bytesOf(slots, places);
      for (const [idle, { members }] of pools)
        if (used() + bytes > budgetBytes && members.length === 0) pools.delete(idle);
      if (used() + bytes > budgetBytes) return undefined;
      const pool = createPool<Member>(model, slots, places);
      pools.set(places, pool);
      return pool;
    },
  };
}

/** Powers of two, so that sequences of similar length share a pool and none is more than half empty. */
function placesFor(wanted: number, { maxPositions }: Architecture): number {
  let places = SMALLEST;
  while (places < wanted) places *= 2;
  return Math.min(places, Math.max(wanted, maxPositions));
}

function createPool<Member>(model: Architecture, slots: number, places: number): Pool<Member> {
  const cache = emptyCache(model, slots + 1, places);
  const members: Member[] = [];
  const desk = { cache, sequence: slots };
  const move = (from: number, to: number): void =>
    copyPlaces(model, { cache, sequence: from }, { cache, sequence: to, at: 0 }, places);
  return {
    places,
    slots,
    members,
    batch: () => sequencesOf(cache, model, 0, members.length),
    clearDesk: () => {
      const view = sequencesOf(desk.cache, model, desk.sequence, 1);
      for (const array of [...view.keys, ...view.values]) array.fill(0);
      return view;
    },
    // All places move, so nothing is left of the one that lay there before: what is masked counts 0 times, but 0 * NaN is NaN.
    join: (member) => {
      move(desk.sequence, members.length);
      members.push(member);
    },
    leave: (index) => {
      const last = members.length - 1;
      if (index < last) {
        move(last, index);
        members[index] = members[last]!;
      }
      members.pop();
    },
  };
}
