import { expect, test } from 'vitest';
import { createFairQueue, type FairQueue } from './fair-queue.ts';

interface Item {
  readonly tenantId: string;
  readonly name: string;
}

/** `a1 a2 b1`: the tenant is the first letter. */
function queueOf(names: string, limits = {}): FairQueue<Item> {
  const queue = createFairQueue<Item>(limits);
  for (const name of names.split(' ')) queue.add({ tenantId: name[0]!, name });
  return queue;
}

function takeAll(queue: FairQueue<Item>): string {
  const names: string[] = [];
  for (let item = queue.take(); item; item = queue.take()) names.push(item.name);
  return names.join(' ');
}

test('tenants take turns, and each of them is served in order', () => {
  expect(takeAll(queueOf('a1 a2 a3 a4 b1 b2 c1'))).toBe('a1 b1 c1 a2 b2 a3 a4');
});

test('one that comes back takes its turn behind those that wait', () => {
  const queue = queueOf('a1 a2 b1');
  expect([queue.take()?.name, queue.take()?.name]).toEqual(['a1', 'b1']);
  queue.add({ tenantId: 'b', name: 'b2' });
  expect(takeAll(queue)).toBe('a2 b2');
});

test('what does not suit waits in its place', () => {
  const queue = queueOf('a1 a2 b1 b2');
  const suits = ({ name }: Item): boolean => name.endsWith('2');
  expect([queue.take(suits)?.name, queue.take(suits)?.name, queue.take(suits)]).toEqual(['a2', 'b2', undefined]);
  expect(queue.length).toBe(2);
  expect(takeAll(queue)).toBe('a1 b1');
});

test('removed items are gone', () => {
  const queue = queueOf('a1 a2 b1');
  expect(queue.remove(({ tenantId }) => tenantId === 'a')).toHaveLength(2);
  expect(queue.length).toBe(1);
  expect(takeAll(queue)).toBe('b1');
});

test("a full queue refuses, and so does one tenant's part of it", () => {
  const busy = expect.objectContaining({ code: 'SERVING_BUSY' }) as Error;
  expect(() => queueOf('a1 b1 c1', { total: 2 })).toThrow(busy);
  expect(() => queueOf('a1 a2', { perTenant: 1 })).toThrow(busy);
  const queue = queueOf('a1 b1', { total: 2, perTenant: 1 });
  queue.take();
  queue.add({ tenantId: 'a', name: 'a2' });
  expect(queue.length).toBe(2);
});
