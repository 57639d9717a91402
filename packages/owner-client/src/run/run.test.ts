/** @file The whole owner side as a user runs it: through the installed program, against a provider on a TLS socket, with processes that are killed. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SoftpostError } from '@softpost/shared/errors';
import { temporarySibling } from '@softpost/shared/artifact/temporary-sibling';
import { verifyReceipt } from '@softpost/shared/receipt/verify-receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchStudent } from '../fetch-student/fetch-student.ts';
import { publish, publishFolder, STUDENT, students, type Students } from '../fetch-student/students.fixture.ts';
import { Ledger } from '../ledger/ledger.ts';
import { startPeer, type Peer } from '../provider.fixture.ts';
import { siteOf, writeConfig } from '../site.fixture.ts';
import { writeFilms } from '../tune/films.fixture.ts';
import type { RunReport } from './run.ts';
import { TEACHER, transfers, type Transfers } from './transfers.fixture.ts';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');
const films = await mkdtemp(join(tmpdir(), 'softpost-run-'));

beforeAll(() => writeFilms(films));
afterAll(() => rm(films, { recursive: true }));

const quiet = { signal: new AbortController().signal, report: () => undefined };
const PRIVACY = { epsilon: 8, delta: 1e-3, publicSize: 20 };

interface Provider extends Transfers {
  readonly published: Students;
  readonly peer: Peer;
  readonly config: string;
}

async function provider(run: object = {}): Promise<Provider> {
  const published = students();
  await publishFolder(published, join(films, 'student'));
  const made = transfers();
  const peer = await startPeer({ ...published.handlers, ...made.handlers });
  const [task, data] = [join(films, 'task.yaml'), join(films, 'data.jsonl')];
  const tune = { ...PRIVACY, steps: 6, batch: 2, virtualTokens: 2, threads: 1 };
  const config = await writeConfig(peer, { run: { student: STUDENT, task, data, out: 'out', tune, ...run } });
  return { ...made, published, peer, config };
}

function start(config: string, ...flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, 'run', '--config', config, '--json', ...flags]);
}

interface Ending {
  readonly status: number | null;
  readonly report: RunReport | undefined;
  readonly error: string;
}

async function end(child: ChildProcess): Promise<Ending> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (text) => (stdout += String(text)));
  child.stderr!.on('data', (text) => (stderr += String(text)));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, report: stdout === '' ? undefined : (JSON.parse(stdout) as RunReport), error: stderr };
}

const runs = (config: string): number => {
  using ledger = new Ledger(join(dirname(config), 'ledger.sqlite'));
  return ledger.accounts().runs.size;
};

test('from private data to a verified prompt of the teacher, and nothing of it twice', async () => {
  const { config, submitted, peer } = await provider({ evaluate: join(films, 'data.jsonl') });
  const first = await end(start(config));
  expect(first.status, first.error).toBe(0);
  expect(first.report).toMatchObject({ studentVersion: 1, jobId: 'job-1', promptId: 'prompt-1', local: { n: 20 } });
  const { promptDir, epsilon } = first.report!;
  expect(epsilon).toBeGreaterThan(7);
  expect(await verifyReceipt({ promptDir })).toMatchObject({ covers: 'student-prompt' });
  expect(JSON.parse(await readFile(join(promptDir, 'softpost.json'), 'utf8'))).toMatchObject({
    model: { name: TEACHER },
  });

  const sent = peer.received.length;
  const ofDeadProcess = temporarySibling(first.report!.studentPromptDir).replace(
    `-${process.pid}-`,
    `-${spawnSync('true').pid}-`,
  );
  await mkdir(ofDeadProcess);
  const second = await end(start(config));
  expect(second.report).toEqual(first.report);
  expect(existsSync(ofDeadProcess)).toBe(false);
  expect([submitted.size, runs(config)]).toEqual([1, 1]);
  const later = peer.received.slice(sent).map(({ path }) => path.split('/').at(-1));
  // Not the manifest, which may have expired by now.
  expect(later).toEqual(['GetJob', 'WatchJob', 'GetJob']);
});

// Kills: a step that is done again after a crash; a folder that is taken for whole; a second reservation, job or nonce.
test('killed again and again, at whatever point, it ends as one run with one job', async () => {
  const { config, submitted, peer } = await provider();
  let kills = 0;
  for (const delay of [150, 400, 650, 900, 1150, 1400, 1650, 1900]) {
    const child = start(config);
    const ended = end(child);
    await sleep(delay);
    if (child.exitCode === null) {
      kills++;
      child.kill('SIGKILL');
    }
    await ended;
  }
  const last = await end(start(config));
  expect(last.status, last.error).toBe(0);
  expect([submitted.size, runs(config)]).toEqual([1, 1]);
  expect(kills).toBeGreaterThan(2);
  const out = join(dirname(config), 'out');
  expect((await readdir(out)).toSorted()).toEqual(['prompt', 'run.json', 'student-prompt']);
  const creations = peer.received.filter(({ path }) => path.endsWith('CreateTransfer')).map(({ bytes }) => bytes);
  expect(new Set(creations.map((bytes) => bytes.toString('base64'))).size).toBe(1);
});

// Kills: a step that gives up when the provider restarts just then, although all before it waited.
test('a provider that is away when the prompt is ready is waited for', async () => {
  const tune = { ...PRIVACY, steps: 1, batch: 2, virtualTokens: 2, threads: 1 };
  const { config, handlers, peer } = await provider({ tune });
  const sound = handlers['PromptService/GetPrompt']!;
  // More often than gRPC itself tries.
  let away = 5;
  peer.handle('PromptService/GetPrompt', (request) => {
    if (away-- > 0) throw new SoftpostError('SHUTTING_DOWN', 'the provider restarts');
    return sound(request);
  });
  const { status, error } = await end(start(config));
  expect([status, away < 0], error).toEqual([0, true]);
});

// Kills: any prompt whose receipt was once submitted from here taken for that of this run, as it comes or as it lies there.
test('the prompt of another run is taken neither from the provider nor from the disk', async () => {
  const tune = { ...PRIVACY, steps: 1, batch: 2, virtualTokens: 2, threads: 1 };
  const { config, handlers, peer } = await provider({ tune });
  expect((await end(start(config))).status).toBe(0);
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace('steps: 1', 'steps: 2').replace(/out: .*/, 'out: other'));
  const sound = handlers['PromptService/GetPrompt']!;
  peer.handle('PromptService/GetPrompt', async ({ promptId }) => {
    const { prompt, ...answer } = (await sound({ promptId: 'prompt-1' })) as { readonly prompt: object };
    return { ...answer, prompt: { ...prompt, promptId } };
  });
  const refused = [1, expect.stringMatching(/another prompt than was submitted/)];
  const first = await end(start(config));
  expect([first.status, first.error]).toEqual(refused);
  const at = (name: string): string => join(dirname(config), name);
  await cp(at('out/prompt'), at('other/prompt'), { recursive: true });
  const second = await end(start(config));
  expect([second.status, second.error]).toEqual(refused);
});

test('a folder of another configuration is not gone on with', async () => {
  const { config } = await provider({ tune: { ...PRIVACY, steps: 1, batch: 2, virtualTokens: 2, threads: 1 } });
  expect((await end(start(config))).status).toBe(0);
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace('steps: 1', 'steps: 2'));
  const ending = await end(start(config));
  expect([ending.status, ending.error]).toEqual([1, expect.stringMatching(/BAD_CONFIG.*another configuration/)]);
});

/** A run that ended after it fetched the student, as its data were not there. */
async function begun(): Promise<Provider> {
  const made = await provider({ tune: { ...PRIVACY, steps: 1, batch: 2, virtualTokens: 2, threads: 1 } });
  await rename(join(films, 'data.jsonl'), join(films, 'away.jsonl'));
  expect((await end(start(made.config))).error).toContain('FILE_NOT_FOUND');
  await rename(join(films, 'away.jsonl'), join(films, 'data.jsonl'));
  return made;
}

// Kills: the version that a run began with asked for until it ends.
test('a student that expired during the run is taken under the version that renews it, if the weights are the same', async () => {
  const { config, published, peer, submitted } = await begun();
  await publishFolder(published, join(films, 'student'), { expiresDay: '2099-12-31' });
  const sound = published.handlers['StudentService/GetStudent']!;
  peer.handle('StudentService/GetStudent', (request) => {
    if (request.version === 1) throw new SoftpostError('MANIFEST_EXPIRED', 'version 1 has expired');
    return sound(request);
  });
  expect((await end(start(config))).error).toContain('MANIFEST_EXPIRED');
  await fetchStudent(await siteOf(peer, config), { studentId: STUDENT }, quiet);
  expect(await end(start(config))).toMatchObject({ status: 0 });
  expect([...submitted.values()].map(({ studentVersion }) => studentVersion)).toEqual([2]);
});

// Kills: epsilon spent on another student than the run began with.
test('other weights under the version that a run began with are not tuned on', async () => {
  const { config, published, peer } = await begun();
  publish(published);
  await fetchStudent(await siteOf(peer, config), { studentId: STUDENT }, quiet);
  publish(published, { studentVersion: 1 });
  for (const [name, content] of published.contents) {
    if (name.startsWith('3/')) published.contents.set(name.replace('3/', '1/'), content);
  }
  const sound = published.handlers['StudentService/GetStudent']!;
  peer.handle('StudentService/GetStudent', (request) => sound({ ...request, version: 3 }));
  expect((await end(start(config))).error).toContain('STUDENT_ROLLED_BACK');
  expect(runs(config)).toBe(0);
});

// Kills: --no-dp in the configuration lost on the way to the seal.
test('without privacy it says so to the end', async () => {
  const tune = { dp: false, steps: 1, batch: 2, virtualTokens: 2, threads: 1 };
  const { config, submitted } = await provider({ tune });
  expect(await end(start(config))).toMatchObject({ status: 0, report: { epsilon: null } });
  expect([...submitted.values()][0]!.receipt).toContain('"mechanism":"none"');
});

// Kills: epsilon spent on a prompt that cannot leave; a version that is fetched for it.
test('several runs to choose the best of are refused before anything is asked for or spent', async () => {
  const { config, peer } = await provider({ tune: { ...PRIVACY, bestOf: 'poisson:3' } });
  const { status, error } = await end(start(config));
  expect([status, error]).toEqual([1, expect.stringContaining('TRIALS_NOT_SECRET')]);
  expect([runs(config), peer.received.length]).toEqual([0, 0]);
});

// Kills: an envelope that grew too old, sent for ever; --again without a word of the provider, which makes two jobs of one.
test('a submission that was refused is submitted anew only if that is said', async () => {
  const { config, submitted, handlers, peer } = await provider({
    tune: { ...PRIVACY, steps: 1, batch: 2, virtualTokens: 2, threads: 1 },
  });
  const sound = handlers['TransferService/CreateTransfer']!;
  const keys = new Set<string>();
  const refuse = (error: SoftpostError): void =>
    peer.handle('TransferService/CreateTransfer', ({ idempotencyKey }) => {
      keys.add(idempotencyKey);
      throw error;
    });
  refuse(new SoftpostError('QUOTA_EXCEEDED', 'there are 16 unfinished jobs'));
  expect((await end(start(config, '--again'))).error).toContain('QUOTA_EXCEEDED');
  refuse(new SoftpostError('BAD_ENVELOPE', 'issuedDay is too long ago'));
  expect((await end(start(config))).error).toContain('BAD_ENVELOPE');
  expect(keys.size).toBe(1);
  peer.handle('TransferService/CreateTransfer', (request) => {
    if (keys.has(request.idempotencyKey)) throw new SoftpostError('BAD_ENVELOPE', 'issuedDay is too long ago');
    return sound(request);
  });
  expect((await end(start(config, '--again'))).status).toBe(0);
  expect([submitted.size, runs(config)]).toEqual([1, 1]);
});

test('a transfer that failed is told, and is submitted again only if that is said', async () => {
  const { config, submitted, handlers, peer } = await provider({
    tune: { ...PRIVACY, steps: 1, batch: 2, virtualTokens: 2, threads: 1 },
  });
  const sound = handlers['JobService/GetJob']!;
  peer.handle('JobService/GetJob', async (request) => {
    const { job } = (await sound(request)) as { readonly job: object };
    const error = { code: 'NON_FINITE', message: 'NaN among the weights', remedy: 'Ask.' };
    return { job: request.jobId === 'job-1' ? { ...job, state: 'JOB_STATE_FAILED', error } : job };
  });
  for (const size of [1, 1]) {
    const failed = await end(start(config));
    expect([failed.status, failed.error, submitted.size]).toEqual([1, expect.stringContaining('NaN among'), size]);
  }
  expect(await end(start(config, '--again'))).toMatchObject({ status: 0, report: { jobId: 'job-2' } });
  expect(existsSync(join(dirname(config), 'out/prompt'))).toBe(true);
  expect(runs(config)).toBe(1);
});
