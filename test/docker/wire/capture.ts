/** @file Everything that passes a bridge, into a file. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Counts {
  readonly captured: number;
  readonly received: number;
  readonly dropped: number;
}

export interface Capture {
  /** Packets; the capture is complete where as many were captured as received, and none dropped. */
  stop(): Promise<Counts>;
}

/** A whole download fits, however late tcpdump comes to read it. */
const BUFFER_KIB = 128 << 10;
/** Packets that have passed are in the file by then. */
const DRAIN_MS = 1000;

/** Begins to capture; needs root. */
export async function startCapture(bridge: string, file: string): Promise<Capture> {
  // Without --immediate-mode, what came last is lost.
  const flags = ['--immediate-mode', '-U', '-B', String(BUFFER_KIB), '-Z', 'root', '-i', bridge, '-w', file];
  const tcpdump = spawn('tcpdump', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  tcpdump.stderr.on('data', (text: Buffer) => (log += text.toString()));
  while (!log.includes('listening on')) {
    if (tcpdump.exitCode !== null) throw new Error(`tcpdump does not start: ${log}`);
    await sleep(50);
  }
  return {
    stop: async () => {
      await sleep(DRAIN_MS);
      tcpdump.kill('SIGINT');
      await once(tcpdump, 'exit');
      const count = (what: string): number => Number(new RegExp(`(\\d+) packets ${what}`).exec(log)![1]);
      return { captured: count('captured'), received: count('received'), dropped: count('dropped') };
    },
  };
}
