/**
 * @file Workers as real processes with the reference model, killed and stopped where it hurts. Whatever happens, a transfer ends once,
 * with the prompt of an undisturbed run, bit for bit.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { postgresServer } from '../store/database.fixture.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { createJobs, type Jobs } from './jobs.ts';
import type { ProviderFixture } from './provider.fixture.ts';
import { startQueue, type JobQueue } from './queue.ts';

const root = mkdtempSync(join(tmpdir(), 'softpost-worker-'));
const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([...children].filter(isRunning).map((child) => once(child, 'exit')));
  children.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Long enough that a kill hits it, and over more than one checkpoint. */
const STEPS = 60;

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
  readonly again?: string;
  readonly evaluated?: object;
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
        if (!isRunning(child)) throw new Error(`it ended: ${JSON.stringify(lines.slice(-5))}`);
        await once(arrived, 'line');
      }
    },
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
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
let more: readonly Line[];

beforeAll(async () => {
  const only = provider({ ...folders('undisturbed'), andMore: true });
  undisturbed = await only.until(isEnd);
  more = only.lines.filter(({ again, evaluated }) => again ?? evaluated);
}, 900_000);

test('the same submission is transferred again, and teachers are evaluated with a prompt and without', () => {
  const [again, without, withPrompt] = more;
  expect(again).toEqual({ again: undisturbed.prompt });
  expect([without, withPrompt]).toMatchObject([{ evaluated: { n: 20 } }, { evaluated: { n: 20 } }]);
  expect(without).not.toEqual(withPrompt);
});

// Kills: a result that is lost between the end of the computation and the end of the job; a work folder by attempt; seeds by attempt.
test(
  'the process and its compute process are killed again and again, and the same prompt comes out',
  { timeout: 900_000 },
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
    await second.until(isStep(52));
    await second.kill();

    const last = provider(config);
    const end = await last.until(isEnd);
    expect(end).toEqual(undisturbed);
  },
);

describe('on a server', () => {
  const server = postgresServer();
  let database: Database;
  let queue: JobQueue;
  let jobs: Jobs;
  beforeAll(async () => {
    database = await openDatabase({ dataDir: '', url: server.url() });
    queue = await startQueue(database, { onError: () => undefined });
    jobs = createJobs(database, queue);
  });
  afterAll(async () => {
    await queue.stop();
    await database.close();
  });

  const shared = (key: string): ProviderFixture => ({
    ...folders('server'),
    url: server.url(),
    key,
    shareEveryMs: 200,
  });
  /** A second worker, with a disk of its own. */
  const other = (key: string): ProviderFixture => ({ ...shared(key), workDir: join(root, 'server', `other-${key}`) });
  const events = (job: string) =>
    database.db.selectFrom('jobEvents').selectAll().where('jobId', '=', job).orderBy('number').execute();

  // Kills: a worker that goes on writing when its job has been given to another one; a checkpoint that only its own disk has.
  test(
    'a worker that hangs loses its job to another, and writes nothing when it comes back',
    { timeout: 900_000 },
    async () => {
      const first = provider(shared('hangs'));
      const { job } = (await first.until(({ job: id }) => id !== undefined)) as { readonly job: string };
      const checkpoint = async () =>
        (await database.db.selectFrom('jobs').select('checkpoint').where('id', '=', job).executeTakeFirstOrThrow())
          .checkpoint;
      await expect.poll(checkpoint, { timeout: 600_000, interval: 20 }).not.toBe(null);
      // The compute process goes on: what it made is there when the worker wakes up.
      first.child.kill('SIGSTOP');
      provider({ ...other('hangs'), steps: undefined });
      const state = async () => (await jobs.get(null, job)).state;
      await expect.poll(state, { timeout: 600_000, interval: 500 }).toBe('succeeded');
      const done = await jobs.get(null, job);
      first.child.kill('SIGCONT');
      expect(await first.until(isEnd)).toEqual(undisturbed);
      expect(await jobs.get(null, job)).toEqual(done);
      const history = await events(job);
      expect(history.map(({ number }) => number)).toEqual(history.map((_, index) => index + 1));
      expect(history.map(({ message }) => message)).toContainEqual(resumed);
      expect(history.filter((event) => event.state === 'succeeded')).toHaveLength(1);
    },
  );

  test('a worker that is told to stop hands its job over, up to its last step', { timeout: 900_000 }, async () => {
    const first = provider(shared('stops'));
    const { job } = (await first.until(({ job: id }) => id !== undefined)) as { readonly job: string };
    await first.until(isStep(30));
    await first.kill('SIGTERM');
    expect(first.child.exitCode).toBe(0);
    const steps = (await events(job)).filter(({ phase }) => phase === 'transfer').map(({ step }) => step);
    const second = provider(other('stops'));
    expect(await second.until(isEnd)).toEqual(undisturbed);
    const [handedOver] = (await events(job)).filter(({ message }) => message.startsWith('going on after step'));
    expect(Number(/\d+/.exec(handedOver!.message)![0])).toBeGreaterThanOrEqual(Math.max(...steps));
  });

  test('a running job is cancelled between two steps, and its checkpoint stays', { timeout: 900_000 }, async () => {
    const config = { ...shared('cancelled'), steps: 100_000 };
    const only = provider(config);
    const { job } = (await only.until(({ job: id }) => id !== undefined)) as { readonly job: string };
    await only.until(isStep(1));
    expect(await jobs.cancel(null, job)).toMatchObject({ state: 'running' });
    expect(await only.until(isEnd)).toMatchObject({ end: 'cancelled', error: null, prompts: 0 });
    expect(readdirSync(join(config.workDir, job))).toContainEqual(expect.stringContaining('.checkpoint.safetensors'));
  });

  test('a database that goes away for a while costs time and nothing else', { timeout: 900_000 }, async () => {
    const only = provider({ ...shared('away'), workDir: join(root, 'server', 'away') });
    await only.until(isStep(10));
    await server.interrupt(3000);
    expect(await only.until(isEnd)).toEqual(undisturbed);
  });
});
