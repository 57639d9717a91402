/** @file One side of a comparison: a process that does a step when told to (see ours/serve.ts and peers/peer.py). */

import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a step answers: wall-clock and CPU milliseconds, and whatever else it measured. */
export type Answer = Readonly<Record<string, number>> & { readonly ms: number; readonly cpu_ms: number };

export interface Side {
  step(): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a process and waits until its model is loaded. @throws Error with its last words when it ends early */
export async function startSide(command: string, args: readonly string[]): Promise<Side> {
  // Ours start as bin/ starts them, with the compiled code kept; Python keeps its own without being told.
  const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'softpost-bench-compiled'), ...process.env };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => (complaints += String(text)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${args.join(' ')} ended early:\n${complaints.slice(-2000)}`);
    return JSON.parse(value) as unknown;
  };
  await next();
  return {
    step: async () => {
      child.stdin.write('{"cmd": "step"}\n');
      return (await next()) as Answer;
    },
    stop: async () => {
      child.stdin.end();
      await ended(child);
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}
