/** @file A bounded queue in which tenants take turns, so that one with many requests does not hold up the others. */

import { SoftpostError } from '@softpost/shared/errors';

export interface FairQueue<Item> {
  readonly length: number;
  /** @throws SERVING_BUSY when the queue, or the tenant's part of it, is full */
  add(item: Item): void;
  /** Takes out the next that suits: of the tenant whose turn it is the oldest. */
  take(suits?: (item: Item) => boolean): Item | undefined;
  /** Takes out those that match. */
  remove(matches: (item: Item) => boolean): readonly Item[];
}

export interface QueueLimits {
  /** @default 1024 */
  readonly total?: number;
  /** @default 512 */
  readonly perTenant?: number;
}

export function createFairQueue<Item extends { readonly tenantId: string }>({
  total = 1024,
  perTenant = 512,
}: QueueLimits = {}): FairQueue<Item> {
  /** In the order of turns; no list is empty. */
  const waiting = new Map<string, Item[]>();
  let length = 0;

  const keep = (tenantId: string, items: Item[]): void => {
    if (items.length > 0) waiting.set(tenantId, items);
    else waiting.delete(tenantId);
  };

  return {
    get length() {
      return length;
    },
    add: (item) => {
      const items = waiting.get(item.tenantId) ?? [];
      if (items.length >= perTenant)
        throw new SoftpostError('SERVING_BUSY', `${perTenant} texts of this tenant are waiting already`);
      if (length >= total) throw new SoftpostError('SERVING_BUSY', `${total} texts are waiting already`);
      items.push(item);
      waiting.set(item.tenantId, items);
      length += 1;
    },
    take: (suits = () => true) => {
      for (const [tenantId, items] of waiting) {
        const at = items.findIndex(suits);
        if (at < 0) continue;
        const [item] = items.splice(at, 1);
        // To the end of the order.
        waiting.delete(tenantId);
        keep(tenantId, items);
        length -= 1;
        return item;
      }
      return undefined;
    },
    remove: (matches) => {
      const removed: Item[] = [];
      for (const [tenantId, items] of waiting) {
        removed.push(...items.filter(matches));
        keep(
          tenantId,
          items.filter((item) => !matches(item)),
        );
      }
      length -= removed.length;
      return removed;
    },
  };
}
