/** @file How many calls there are at a time: of all together, and of each tenant. What has no place is refused at once, nothing waits. */

import { SoftpostError } from '@softpost/shared/errors';

/** The owner of the places of all calls together. */
export const ALL_CALLS = 'all';

/** Calls that are open. */
export interface Slots {
  /** Takes a place. @returns what gives it back; calling it twice changes nothing. @throws TOO_MANY_REQUESTS */
  take(owner: string, limit: number): () => void;
}

export function createSlots(): Slots {
  const taken = new Map<string, number>();
  return {
    take: (owner, limit) => {
      const count = taken.get(owner) ?? 0;
      if (count >= limit) throw new SoftpostError('TOO_MANY_REQUESTS', `there are ${count} calls at a time already`);
      taken.set(owner, count + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        const left = taken.get(owner)! - 1;
        if (left === 0) taken.delete(owner);
        else taken.set(owner, left);
      };
    },
  };
}
