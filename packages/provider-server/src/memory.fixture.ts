/** @file For tests and benchmarks: a process that tells how much memory it takes whenever it is asked. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Bytes of resident memory: now, and at most since the last time. */
export interface Memory {
  readonly rss: number;
  readonly peak: number;
}

/** In the process itself, which is started with `--expose-gc` and a channel. */
export function answerWithMemory(): void {
  let peak = 0;
  setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  process.on('message', () => {
    global.gc?.();
    process.send!({ rss: process.memoryUsage.rss(), peak });
    peak = 0;
  });
}

export async function memoryOf(child: ChildProcess): Promise<Memory> {
  child.send('memory');
  const [answer] = (await once(child, 'message')) as [Memory];
  return answer;
}
