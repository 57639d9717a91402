/** @file The commands that speak with a provider, as a user calls them: through the installed program. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { expect, test } from 'vitest';
import { publish, STUDENT, students } from '../fetch-student/students.fixture.ts';
import { startPeer } from '../provider.fixture.ts';
import { writeConfig } from '../site.fixture.ts';

const program = join(import.meta.dirname, '../../bin/softpost-owner.mjs');

interface Ending {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function owner(...args: readonly string[]): Promise<Ending> {
  return ownerReading('', ...args);
}

async function ownerReading(input: string, ...args: readonly string[]): Promise<Ending> {
  const child = spawn(process.execPath, [program, ...args]);
  child.stdin.end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout, stderr };
}

const result = ({ status, stdout, stderr }: Ending): unknown => {
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
};

test('init makes a configuration and a key, for their owner alone, and never twice', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'provider.pem'), '');
  await writeFile(join(dir, 'api-key'), 'spk', { mode: 0o600 });
  const site = join(dir, 'site');
  const flags = ['--dir', site, '--provider', 'llm.example:7443', '--provider-key', join(dir, 'provider.pem')];
  const made = await owner('init', ...flags, '--api-key-file', join(dir, 'api-key'));
  expect(made.stdout).toMatch(/BEGIN PUBLIC KEY[\s\S]*export SOFTPOST_CONFIG='/);
  expect(made.stdout).toContain(await readFile(join(site, 'owner-public.pem'), 'utf8'));
  for (const name of ['owner.yaml', 'owner-key.pem']) expect((await stat(join(site, name))).mode & 0o777).toBe(0o600);
  const text = await readFile(join(site, 'owner.yaml'), 'utf8');
  expect(text).not.toContain('spk');
  const again = await owner('init', ...flags, '--json');
  expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('FILE_EXISTS')]);
  expect(await readFile(join(site, 'owner.yaml'), 'utf8')).toBe(text);
  expect(result(await owner('egress', '--config', join(site, 'owner.yaml'), '--json'))).toMatchObject({ entries: [] });
});

test('init names an API key that is to come', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'provider.pem'), '');
  const flags = ['--provider', 'llm.example:7443', '--provider-key', join(dir, 'provider.pem')];
  const apiKey = join(dir, 'site', 'api-key');
  const made = await owner('init', '--dir', join(dir, 'site'), ...flags, '--api-key-file', apiKey);
  expect(made.stdout).toContain(`gives you into ${apiKey}`);
  expect(await readFile(join(dir, 'site', 'owner.yaml'), 'utf8')).toContain('apiKey: api-key');
});

test.each([
  ['--provider is missing', ['--provider-key', 'x']],
  ['--provider-key is missing', ['--provider', 'a:1']],
  ['none.pem: there is no such file', ['--provider', 'a:1', '--provider-key', 'none.pem']],
])('init without an answer: %s', async (message, flags) => {
  const dir = join(await temporaryFolder(), 'site');
  const { status, stderr } = await owner('init', '--dir', dir, ...flags, '--json');
  expect([status > 0, stderr]).toEqual([true, expect.stringContaining(message)]);
  await mkdir(dir);
  expect(await readdir(dir)).toEqual([]);
});

test('a student is fetched, its job followed, a text labelled, and all that left is in the record', async () => {
  const published = students();
  publish(published);
  const classified: string[] = [];
  const peer = await startPeer({
    ...published.handlers,
    'JobService/ListJobs': () => ({
      jobs: [{ jobId: 'job-1', kind: 'JOB_KIND_TRANSFER', state: 'JOB_STATE_RUNNING' }],
    }),
    'JobService/WatchJob': async function* () {
      yield { event: { number: 1, message: 'the teacher is being read', level: 'LEVEL_INFO' } };
    },
    'JobService/GetJob': ({ jobId }) => ({
      job: { jobId, kind: 'JOB_KIND_TRANSFER', state: 'JOB_STATE_FAILED', error: { code: 'ENGINE', message: 'no' } },
    }),
    'StudentService/ListStudents': () => ({ students: [{ studentId: STUDENT, version: 1, teacherId: 'Teacher-8b' }] }),
    'PublicDataService/ListPublicDatasets': () => ({ datasets: [{ datasetId: 'mails', records: 5, licence: 'MIT' }] }),
    'InferenceService/Classify': ({ texts }) => {
      classified.push(...texts);
      return { classifications: texts.map(() => ({ label: 'ham', scores: [{ label: 'ham', probability: 0.75 }] })) };
    },
  });
  const config = ['--config', await writeConfig(peer)];
  expect((await owner('students', ...config)).stdout).toMatch(/^films-student {2}version 1 .*from Teacher-8b\n$/);
  expect((await owner('datasets', ...config)).stdout).toBe('mails  5 records  no labels  MIT\n');
  expect(result(await owner('fetch-student', ...config, '--student', STUDENT, '--json'))).toMatchObject({
    studentVersion: 1,
    cached: false,
  });
  expect(result(await owner('jobs', 'list', ...config, '--json'))).toMatchObject({ jobs: [{ state: 'running' }] });
  const watched = await owner('jobs', 'watch', ...config, '--job', 'job-1');
  expect(watched).toMatchObject({ status: 1, stderr: expect.stringMatching(/being read[\s\S]*JOB_FAILED/) as string });
  const file = join(dirname(config[1]!), 'texts.txt');
  await writeFile(file, 'from a file\n\n');
  const flags = [...config, '--prompt', 'p-1', 'now', '-', '--text', 'hello', 'bye', '--file', file];
  const predicted = await ownerReading('a line\n\nand one\n', 'predict', ...flags);
  expect(predicted.stdout).toBe('ham  (ham 0.7500)\n'.repeat(6));
  expect(predicted.stderr).toMatch(/6 texts leave this site: localhost:\d+ can read them/);
  expect(classified).toEqual(['now', 'a line', 'and one', 'hello', 'bye', 'from a file']);
  const { entries } = result(await owner('egress', ...config, '--json')) as { entries: readonly { method: string }[] };
  expect(entries.map(({ method }) => method)).toEqual(peer.received.map(({ path }) => path));
  const table = await owner('egress', ...config);
  expect(table.stdout).toMatch(/chain {3}intact, 10 entries[\s\S]*InferenceService\/Classify/);
});

test('a provider that is not there, an API key that others may read, and texts that are missing end in their errors', async () => {
  const config = await writeConfig({ address: 'localhost:1', ca: Buffer.of() });
  const flags = ['--config', config, '--json'];
  const unreachable = await owner('jobs', 'list', ...flags);
  expect([unreachable.status, unreachable.stderr]).toEqual([1, expect.stringContaining('UNREACHABLE')]);
  const nothing = await owner('predict', ...flags, '--prompt', 'p-1');
  expect([nothing.status, nothing.stderr]).toEqual([2, expect.stringContaining('there is no text')]);
  await writeFile(join(dirname(config), 'api-key'), 'spk', { mode: 0o600 });
  await chmod(join(dirname(config), 'api-key'), 0o644);
  const open = await owner('jobs', 'list', ...flags);
  expect([open.status, open.stderr]).toEqual([1, expect.stringMatching(/BAD_CONFIG.*read by others/)]);
});

// Kills: a completion that comes in one piece at its end; flags lost on the way; escape sequences of a model obeyed by the terminal.
test('a completion comes to stdout as it is written, or as events, and the text that left is in the record', async () => {
  const asked: object[] = [];
  const peer = await startPeer({
    'InferenceService/Generate': async function* ({ promptId, text, maxTokens, temperature, topP, stop, seed }) {
      asked.push({ promptId, text, maxTokens, temperature, topP, stop, seed: seed && Number(seed) });
      yield { text: ' there\u001b[2J' };
      yield { text: ' was\n', finishReason: 'FINISH_REASON_LENGTH', usage: { outputTokens: 2 } };
    },
  });
  const config = ['--config', await writeConfig(peer)];
  const flags = ['--max-tokens', '2', '--temperature', '0.5', '--top-p', '0.9', '--seed', '7', '--stop', '.', '\n'];
  const plain = await ownerReading('Once\n', 'generate', '-', ...config, '--prompt', 'p-1', ...flags);
  expect(plain, plain.stderr).toMatchObject({ status: 0, stdout: ' there[2J was\n\n' });
  expect(plain.stderr).toMatch(/1 text leaves this site/);
  const json = await owner('generate', 'Once', ...config, '--prompt', 'p-1', '--json');
  expect(result(json)).toMatchObject({ text: ' there[2J was\n', finishReason: 'length', usage: { outputTokens: 2 } });
  const events = json.stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; text?: string });
  expect(events.map(({ kind, text }) => text ?? kind)).toEqual(['message', ' there[2J', ' was\n']);
  expect(asked).toEqual([
    { promptId: 'p-1', text: 'Once', maxTokens: 2, temperature: 0.5, topP: 0.9, stop: ['.', '\n'], seed: 7 },
    { promptId: 'p-1', text: 'Once', maxTokens: 0, temperature: 0, topP: 0, stop: [] },
  ]);
  const { entries } = result(await owner('egress', ...config, '--json')) as { entries: readonly { method: string }[] };
  expect(entries.map(({ method }) => method)).toEqual(peer.received.map(({ path }) => path));
});
