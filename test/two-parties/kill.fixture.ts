/** @file For tests: processes that are killed at random points, and started again. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type Ending, type Running } from './programs.fixture.ts';
import { startServer, type RunningServer } from './provider-site.fixture.ts';

/** Nothing that the process does can stop it. False where it had ended before. */
export function kill({ child }: Running): boolean {
  return child.exitCode === null && child.signalCode === null && child.kill('SIGKILL');
}

/** Kills the compute process of a program; false where it has none now. Children of other kinds are left alone. */
export function killComputeOf({ child: { pid } }: Running): boolean {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    const compute = children.find((each) => /src\/compute\.ts\0/.test(readFileSync(`/proc/${each}/cmdline`, 'utf8')));
    return compute !== undefined && process.kill(Number(compute), 'SIGKILL');
  } catch {
    return false;
  }
}

export interface ServerThatComesBack {
  /** The process there is now; it need not serve yet. */
  readonly current: () => RunningServer;
  /** Rejects when a server ends that nobody killed. */
  readonly broken: Promise<never>;
  readonly stop: () => Promise<Ending>;
}

/** @param onStart told when a process starts, the first one aside */
export function keepServing(configFile: string, onStart: () => void): ServerThatComesBack {
  let server = startServer(configFile);
  let stopping = false;
  const watch = async (): Promise<never> => {
    for (;;) {
      const { status, errors } = await server.ended;
      if (stopping) return new Promise(() => undefined);
      if (status !== null) throw new Error(`the server ended with ${status}:\n${errors}`);
      server = startServer(configFile);
      onStart();
    }
  };
  const broken = watch();
  broken.catch(() => undefined);
  return {
    current: () => server,
    broken,
    stop: () => {
      stopping = true;
      server.child.kill('SIGTERM');
      return server.ended;
    },
  };
}

/** Whatever else a program ends with is no interruption. */
const INTERRUPTED = /COMPUTE_PROCESS_DIED/;

/** Runs `softpost-owner` again and again until it succeeds. @param onStart told of every process */
export async function runUntilDone(
  args: readonly string[],
  onStart: (process: Running) => void,
  onLine: (line: Readonly<Record<string, unknown>>) => void,
): Promise<unknown> {
  for (;;) {
    const owner = start('owner', args, onLine);
    onStart(owner);
    const { status, result, errors } = await owner.ended;
    if (status === 0) return result;
    if (status !== null && !INTERRUPTED.test(errors)) throw new Error(`it ended with ${status}:\n${errors}`);
  }
}

export interface Strikes {
  /** Told of every sign of life with how far the work is, from 0 to 1. */
  readonly see: (share: number) => void;
  readonly done: () => number;
}

/** Strikes that come as soon as there is any work: where it begins, and where it begins again. */
const EARLY = 0.25;

/**
 * `count` strikes at seeded points of one work: each is due when the work is so far, and comes up to `lateMs` later.
 * @param strike false where there was nothing to kill: then it is due again at the next sign of life
 */
export function strikesAt(random: () => number, count: number, lateMs: number, strike: () => boolean): Strikes {
  const points = Array.from({ length: count }, () => (random() < EARLY ? 0 : 0.95 * random())).sort((a, b) => a - b);
  const delays = points.map(() => Math.round(lateMs * random()));
  let done = 0;
  let pending = false;
  const fall = async (): Promise<void> => {
    await sleep(delays[done]);
    if (strike()) done++;
    pending = false;
  };
  return {
    see: (share) => {
      if (pending || done === count || share < points[done]!) return;
      pending = true;
      void fall();
    },
    done: () => done,
  };
}
