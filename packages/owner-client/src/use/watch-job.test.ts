import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { SoftpostError } from '@softpost/shared/errors';
import type { RunEvent } from '@softpost/shared/events';
import { expect, test } from 'vitest';
import { openEgressRecord, type EgressRecord } from '../egress-record/egress-record.ts';
import { openEgress, type Egress } from '../egress.ts';
import { asId } from '../ids.ts';
import { startPeer, type Handlers, type Peer } from '../provider.fixture.ts';
import { watchJob } from './watch-job.ts';

const jobId = asId('job', 'job-1');
const job = (state: 'JOB_STATE_RUNNING' | 'JOB_STATE_SUCCEEDED') =>
  ({ job: { jobId, kind: 'JOB_KIND_TRANSFER', state } }) as const;
const step = (number: number) => ({ event: { number, phase: 'transfer', step: number, steps: 4 } });

async function connect(peer: Peer, record?: EgressRecord): Promise<Egress> {
  return openEgress(peer, record ?? (await openRecord()));
}

async function openRecord(): Promise<EgressRecord> {
  return openEgressRecord(join(await temporaryFolder(), 'egress.sqlite'));
}

async function watch(egress: Egress, signal = new AbortController().signal): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  const ended = await watchJob(egress, jobId, { signal, report: (event) => events.push(event), firstWaitMs: 1 });
  expect(ended.state).toBe('succeeded');
  return events;
}

const steps = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.kind === 'progress' ? [event.step] : []));

// Kills: a watch that begins anew after a lost connection, so that events are shown twice; one that begins after the next event, so that one is lost.
test('after a lost connection the events go on after the last one', async () => {
  const asked: number[] = [];
  const peer = await startPeer({
    'JobService/WatchJob': async function* ({ afterEvent }) {
      asked.push(Number(afterEvent));
      yield step(asked.length);
      if (asked.length < 4) throw new SoftpostError('SHUTTING_DOWN', 'going down');
    },
    'JobService/GetJob': () => job('JOB_STATE_SUCCEEDED'),
  });
  const events = await watch(await connect(peer));
  expect(asked).toEqual([0, 1, 2, 3]);
  expect(steps(events)).toEqual([1, 2, 3, 4]);
  expect(events.find(({ kind }) => kind === 'message')).toMatchObject({ level: 'warning', message: /going down/ });
});

test('a provider that is restarted at its address is found again', async () => {
  const handlers: Handlers = {
    'JobService/WatchJob': async function* ({ afterEvent }) {
      yield step(Number(afterEvent) + 1);
      setTimeout(restart, 300);
      await new Promise((resolve) => setTimeout(resolve, 100_000).unref());
    },
  };
  const first = await startPeer(handlers);
  const egress = await connect(first);
  const restart = (): void => {
    first.stop();
    void startPeerAgain();
  };
  const startPeerAgain = (): Promise<Peer> =>
    startPeer(
      {
        'JobService/WatchJob': async function* () {
          yield step(2);
        },
        'JobService/GetJob': () => job('JOB_STATE_SUCCEEDED'),
      },
      Number(first.address.split(':')[1]),
    );
  expect(steps(await watch(egress))).toEqual([1, 2]);
});

test('a stream that ends before the job does is taken up again', async () => {
  let calls = 0;
  const peer = await startPeer({
    'JobService/WatchJob': async function* () {
      yield step(++calls);
    },
    'JobService/GetJob': () => job(calls < 3 ? 'JOB_STATE_RUNNING' : 'JOB_STATE_SUCCEEDED'),
  });
  expect(steps(await watch(await connect(peer)))).toEqual([1, 2, 3]);
});

test('repeated events and earlier ones are not shown again', async () => {
  const peer = await startPeer({
    'JobService/WatchJob': async function* () {
      for (const number of [1, 2, 2, 1, 3]) yield step(number);
    },
    'JobService/GetJob': () => job('JOB_STATE_SUCCEEDED'),
  });
  expect(steps(await watch(await connect(peer)))).toEqual([1, 2, 3]);
});

test('a job that is not there is told at once', async () => {
  const peer = await startPeer({
    // oxlint-disable-next-line require-yield -- it refuses instead
    'JobService/WatchJob': async function* () {
      throw new SoftpostError('UNKNOWN_ID', 'there is no such job');
    },
  });
  await expect(watch(await connect(peer))).rejects.toMatchObject(refusal('UNKNOWN_ID', /no such job/));
});

test('a watch can be ended, and waits for nobody then', async () => {
  const peer = await startPeer({
    // oxlint-disable-next-line require-yield -- it refuses instead
    'JobService/WatchJob': async function* () {
      throw new SoftpostError('SHUTTING_DOWN', 'gone');
    },
  });
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 100);
  await expect(watch(await connect(peer), controller.signal)).rejects.toThrow('enough');
});

// Kills: an entry for each time that the provider was not there; no entry for what is asked after it came back.
test('a provider that is away for long is one line in the record, however often it is tried', async () => {
  const away = await startPeer({});
  away.stop();
  const record = await openRecord();
  const egress = await connect(away, record);
  const tried: number[] = [];
  const calls = {
    ...egress,
    watchJob: (...of: Parameters<Egress['watchJob']>) => (tried.push(1), egress.watchJob(...of)),
  };
  const warnings: RunEvent[] = [];
  const context = { signal: new AbortController().signal, report: (event: RunEvent) => warnings.push(event) };
  const ended = watchJob(calls, jobId, { ...context, firstWaitMs: 1 });
  while (tried.length < 10) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(record.entries().map(({ method }) => method.split('/').at(-1))).toEqual(['WatchJob']);
  await startPeer(
    {
      'JobService/WatchJob': async function* () {
        yield step(1);
      },
      'JobService/GetJob': () => job('JOB_STATE_SUCCEEDED'),
    },
    Number(away.address.split(':')[1]),
  );
  expect((await ended).state).toBe('succeeded');
  expect(record.entries().map(({ method }) => method.split('/').at(-1))).toEqual(['WatchJob', 'GetJob']);
  expect(warnings.filter(({ kind }) => kind === 'message')).toHaveLength(1);
});
