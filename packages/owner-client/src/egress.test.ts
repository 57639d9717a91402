import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { refusal, temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { openEgressRecord, type EgressEntry } from './egress-record/egress-record.ts';
import { HEADERS } from './egress-record/party-line.ts';
import { openEgress, type Egress } from './egress.ts';
import { asId } from './ids.ts';
import { startPeer, type Handlers, type Peer } from './provider.fixture.ts';
import { textsToSend, textToComplete } from './use/inference-text.ts';

interface Site {
  readonly egress: Egress;
  readonly peer: Peer;
  readonly recorded: () => readonly EgressEntry[];
}

async function site(handlers: Handlers): Promise<Site> {
  const record = openEgressRecord(join(await temporaryFolder(), 'egress.sqlite'));
  const peer = await startPeer(handlers);
  const egress = openEgress({ address: peer.address, ca: peer.ca, apiKey: 'spk_test_secret' }, record);
  return { egress, peer, recorded: record.entries };
}

const jobId = asId('job', 'job-1');
const running = { jobId, kind: 'JOB_KIND_TRANSFER', state: 'JOB_STATE_RUNNING' } as const;

// Kills: a record of something else than what is sent; a message that is sent before it is recorded.
test('what is recorded is what arrives, byte for byte and in order', async () => {
  const { egress, peer, recorded } = await site({
    'JobService/GetJob': () => ({ job: running }),
    'InferenceService/Classify': () => {
      // Whoever receives a message finds it on the disk of the sender.
      expect(recorded().at(-1)?.method).toMatch(/Classify$/);
      return { classifications: [{ label: 'ham' }] };
    },
    'JobService/WatchJob': async function* () {
      yield { event: { number: 1, message: 'begun' } };
    },
  });
  await egress.getJob(jobId);
  await egress.classify(asId('prompt', 'p-1'), textsToSend(['the text that the user sends']));
  for await (const { number } of egress.watchJob(jobId, 0, new AbortController().signal)) expect(number).toBe(1);
  expect(recorded().map(({ method, bytes, digest, to }) => ({ method, bytes, digest, to }))).toEqual(
    peer.received.map(({ path, bytes }) => ({
      method: path,
      bytes: bytes.byteLength,
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      to: peer.address,
    })),
  );
  expect(peer.received.length).toBe(3);
});

test('a completion comes piece by piece, of one text that is given away', async () => {
  const { egress, peer } = await site({
    'InferenceService/Generate': async function* ({ text, maxTokens, stop }) {
      for (const piece of [text, String(maxTokens), ...stop]) yield { text: piece };
    },
  });
  const pieces: string[] = [];
  const { signal } = new AbortController();
  for await (const { text } of egress.generate(jobId, textToComplete('Once', ['\n']), { maxTokens: 2 }, signal))
    pieces.push(text);
  expect(pieces).toEqual(['Once', '2', '\n']);
  expect(peer.received.length).toBe(1);
});

test('no header is sent but those of the list', async () => {
  const { egress, peer } = await site({ 'JobService/GetJob': () => ({ job: running }) });
  await egress.getJob(jobId);
  const sent = Object.keys(peer.received[0]!.headers);
  expect(sent).toContain('authorization');
  expect(sent.filter((name) => !(name in HEADERS))).toEqual([]);
});

// Kills: sending although the record cannot be written.
test('what cannot be recorded is not sent', async () => {
  const record = openEgressRecord(join(await temporaryFolder(), 'egress.sqlite'));
  const peer = await startPeer({ 'JobService/GetJob': () => ({ job: running }) });
  using egress = openEgress(peer, record);
  record[Symbol.dispose]();
  await expect(egress.getJob(jobId)).rejects.toThrow(/database is not open/);
  expect(peer.received).toEqual([]);
});

// Kills: trust in the types alone.
test.each([
  [
    'prompts that nobody sealed',
    (egress: Egress) => egress.submit({ prompt: { weights: new Uint8Array(4) } } as never),
  ],
  ['texts that nobody gave away', (egress: Egress) => egress.classify(jobId, { texts: ['private'] } as never)],
  [
    'the beginning of a completion that nobody gave away',
    async (egress: Egress) => egress.generate(jobId, { text: 'private', stop: [] } as never, {}, AbortSignal.abort()),
  ],
])('%s are refused, also without types', async (_, send) => {
  const { egress, peer, recorded } = await site({});
  await expect(send(egress)).rejects.toMatchObject(refusal('ENGINE', /only/));
  expect([peer.received, recorded()]).toEqual([[], []]);
});

test('lists are read to their end, and an endless one is given up', async () => {
  const { egress } = await site({
    'JobService/ListJobs': ({ pageToken }) =>
      pageToken === '' ? { jobs: [running], nextPageToken: 'second' } : { jobs: [{ ...running, jobId: 'job-2' }] },
    'StudentService/ListStudents': () => ({ nextPageToken: 'again' }),
  });
  expect((await egress.listJobs()).map((job) => job.jobId)).toEqual(['job-1', 'job-2']);
  await expect(egress.listStudents()).rejects.toMatchObject(refusal('BAD_ANSWER', /more than 100 pages/));
});

test.each([
  ['a job id that is a path', { jobId: '../../etc' }],
  ['a state that is not known', { state: 'JOB_STATE_UNSPECIFIED' as const }],
  ['a report that is no JSON', { reportJson: '{' }],
])('%s is a bad answer', async (_, change) => {
  const { egress } = await site({ 'JobService/GetJob': () => ({ job: { ...running, ...change } }) });
  await expect(egress.getJob(jobId)).rejects.toMatchObject(refusal('BAD_ANSWER', /./));
});

// Kills: the end of another job, and with it another prompt, taken for this one's.
test('the job that is asked for is the one that is told of', async () => {
  const other = { job: { ...running, jobId: 'job-2' } };
  const { egress } = await site({ 'JobService/GetJob': () => other, 'JobService/CancelJob': () => other });
  for (const answer of [egress.getJob(jobId), egress.cancelJob(jobId)])
    await expect(answer).rejects.toMatchObject(refusal('BAD_ANSWER', /about job job-2, not job-1/));
});

// Kills: escape sequences of a stranger obeyed by the user's terminal.
test('texts of the provider come out in one plain line', async () => {
  const error = { code: 'ENGINE', message: 'a\u001b[2Jb\nc\u202Ed', remedy: 'x'.repeat(1000) };
  const { egress } = await site({ 'JobService/GetJob': () => ({ job: { ...running, error } }) });
  const job = await egress.getJob(jobId);
  expect(job.error).toEqual({ code: 'ENGINE', message: 'a [2Jb c d', remedy: 'x'.repeat(500) });
});
