import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { openSiteMemory } from './site-memory.ts';

const memoryFile = async (): Promise<string> => join(await temporaryFolder(), 'site.sqlite');

// Kills: a request made anew when it is repeated, so that the provider takes it for another.
test('an errand keeps its first request, also over a restart', async () => {
  const path = await memoryFile();
  {
    using memory = openSiteMemory(path);
    expect(memory.errand('submit a', () => 'first')).toEqual({ request: 'first', answer: undefined });
  }
  using memory = openSiteMemory(path);
  expect(memory.errand('submit a', () => 'second')).toEqual({ request: 'first', answer: undefined });
  expect(memory.errand('submit b', () => 'other').request).toBe('other');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('the first answer stays, and errands are found by how their purpose begins', async () => {
  using memory = openSiteMemory(await memoryFile());
  memory.errand('submit 1', () => 'a');
  memory.errand('retransfer 1', () => 'b');
  memory.settle('submit 1', 'job-1');
  memory.settle('submit 1', 'job-2');
  expect(memory.errands('submit ')).toEqual([{ request: 'a', answer: 'job-1' }]);
});

// Kills: a memory that forgets the last when the next is refused.
test('what is refused does not replace what was seen', async () => {
  using memory = openSiteMemory(await memoryFile());
  memory.see('log', (last) => `${last ?? 'nothing'}, 5`);
  expect(() =>
    memory.see('log', () => {
      throw new RangeError('4 is behind 5');
    }),
  ).toThrow('behind');
  expect(memory.lastSeen('log')).toBe('nothing, 5');
  expect(memory.lastSeen('other')).toBeUndefined();
});
