/**
 * @file Workers as real processes with the reference model, killed and stopped where it hurts. Whatever happens, a transfer ends once,
 * with the prompt of an undisturbed run, bit for bit.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresServer } from '../store/database.fixture.ts';
import { openDatabase, type Database } from '../store/database.ts';
import type { ProviderFixture } from './provider.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'softpost-worker-'));
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** Long enough that a kill hits it, and over more than one checkpoint. */
const STEPS = 120;

interface Line {
  readonly ready?: number;
  readonly job?: string;
  readonly message?: string;
  readonly phase?: string;
  readonly step?: number;
  readonly end?: string;
  readonly prompt?: string;
  readonly prompts?: number;
  readonly warning?: string;
}

interface Provider {
  readonly child: ChildProcess;
  readonly lines: Line[];
  /** The first line that `is` is true of, of those that came and come. */
  until(is: (line: Line) => boolean): Promise<Line>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

function provider(config: ProviderFixture): Provider {
  const program = join(import.meta.dirname, 'provider.fixture.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const lines: Line[] = [];
  const arrived = new EventTarget();
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text) as Line);
    arrived.dispatchEvent(new Event('line'));
  });
  child.on('exit', () => arrived.dispatchEvent(new Event('line')));
  return {
    child,
    lines,
    until: async (is) => {
      for (;;) {
        const found = lines.find(is);
        if (found) return found;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended: ${JSON.stringify(lines.slice(-5))}`);
        await once(arrived, 'line');
      }
    },
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** The compute process of a worker. */
function computeOf({ pid }: ChildProcess): number {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return Number(pids.split(' ').at(-1));
}

const folders = (name: string): ProviderFixture => ({
  dataDir: join(root, name, 'data'),
  artifactDir: join(root, name, 'artifacts'),
  workDir: join(root, name, 'work'),
  steps: STEPS,
});

const isStep =
  (least: number) =>
  ({ phase, step = 0 }: Line): boolean =>
    phase === 'transfer' && step >= least;
const isEnd = ({ end }: Line): boolean => end !== undefined;
const resumed = expect.stringMatching(/^going on after step \d+ of an earlier run$/) as string;

let undisturbed: Line;

beforeAll(async () => {
  undisturbed = await provider(folders('undisturbed')).until(isEnd);
}, 240_000);

// Kills: a result that is lost between the end of the computation and the end of the job; a work folder by attempt; seeds by attempt.
test(
  'the process and its compute process are killed again and again, and the same prompt comes out',
  { timeout: 400_000 },
  async () => {
    const config = folders('killed');
    const start = provider(config);
    await start.until(({ message }) => message === 'started');
    await start.kill();

    const second = provider(config);
    await second.until(isStep(26));
    process.kill(computeOf(second.child), 'SIGKILL');
    await second.until(({ message = '' }) => message.includes('It is tried again'));
    expect(await second.until(({ message = '' }) => message.startsWith('going on after'))).toMatchObject({
      message: resumed,
    });
    await second.until(isStep(60));
    await second.kill();

    const last = provider(config);
    const end = await last.until(isEnd);
    expect(end).toEqual(undisturbed);
  },
);

describe('on a server', () => {
  const url = postgresServer();
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase({ dataDir: '', url: url() });
  });
  afterAll(() => database.close());

  const transferEnd = async () =>
    database.db.selectFrom('jobs').selectAll().where('kind', '=', 'transfer').executeTakeFirstOrThrow();

  // Kills: a worker that goes on writing when its job has been given to another one; a checkpoint that only its own disk has.
  test(
    'a worker that hangs loses its job to another, and writes nothing when it comes back',
    { timeout: 400_000 },
    async () => {
      const shared = { ...folders('server'), url: url(), shareEveryMs: 200 };
      const first = provider(shared);
      const { job } = await first.until(({ job: id }) => id !== undefined);
      await first.until(isStep(60));
      await setTimeout(500);
      // The compute process goes on: what it made is there when the worker wakes up.
      first.child.kill('SIGSTOP');
      provider({ ...shared, workDir: join(root, 'server', 'other'), steps: undefined });
      await expect.poll(async () => (await transferEnd()).state, { timeout: 200_000, interval: 500 }).toBe('succeeded');
      const done = await transferEnd();
      first.child.kill('SIGCONT');
      const end = await first.until(isEnd);
      expect(end).toEqual(undisturbed);
      expect(await transferEnd()).toEqual(done);
      const events = await database.db
        .selectFrom('jobEvents')
        .selectAll()
        .where('jobId', '=', job!)
        .orderBy('number')
        .execute();
      expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
      expect(events.map(({ message }) => message)).toContainEqual(resumed);
      expect(events.filter(({ state }) => state === 'succeeded')).toHaveLength(1);
    },
  );
});
