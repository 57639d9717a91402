/** @file The HTTP port under load: neither floods nor readers that do not read fill its memory. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { memoryOf, type Memory } from '../memory.fixture.ts';

const MIB = 1 << 20;

// Kills: requests that have no places; a stream that is written without waiting.
test('a flood of requests, with keys and without, and readers that stop leave its memory as it was', async () => {
  const child = fork(join(import.meta.dirname, 'http-server-process.fixture.ts'), { execArgv: ['--expose-gc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
  const memory = (): Promise<Memory> => memoryOf(child);
  const flood = async (key: string, body: string): Promise<ReadonlySet<number>> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const one = async (): Promise<number> => {
      const answer = await fetch(`${url}/v1/completions`, { method: 'POST', headers, body });
      await answer.arrayBuffer();
      return answer.status;
    };
    return new Set(await Promise.all(Array.from({ length: 100 }, one)));
  };
  const memoryAfter = async (rounds: number): Promise<number> => {
    for (let round = 0; round < rounds; round++) {
      expect(await flood('wrong', JSON.stringify({ prompt: 'x'.repeat(64 << 10) }))).not.toContain(200);
      expect(await flood('spk', '{}')).toContain(400);
    }
    return (await memory()).rss;
  };
  const before = await memoryAfter(5);
  const afterFlood = await memoryAfter(3);
  expect((afterFlood - before) / MIB).toBeLessThan(50);

  // Each is answered with a text without end, and reads nothing of it.
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const headers = { authorization: 'Bearer spk', 'content-type': 'application/json' };
      const stalled = request(`${url}/v1/completions`, { method: 'POST', headers, agent: false });
      onTestFinished(() => void stalled.destroy());
      stalled.on('error', () => undefined);
      stalled.end(JSON.stringify({ model: 'teacher+prompt', prompt: 'a', stream: true }));
      return ((await once(stalled, 'response')) as [IncomingMessage])[0].statusCode;
    }),
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(32);
  expect(statuses.filter((status) => status === 429)).toHaveLength(28);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(((await memory()).peak - afterFlood) / MIB).toBeLessThan(32 * 4);
}, 120_000);
