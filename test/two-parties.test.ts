/** @file The two parties as their users run them: real processes over loopback, mutual TLS, a small model. */

import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '@softpost/owner-client/run/run';
import { isSoftpostError } from '@softpost/shared/errors';
import type { Channel } from '@softpost/shared/rpc/channel';
import { encodeRequest, methodAt, methodPaths } from '@softpost/shared/rpc/definitions';
import type { AnswerOf, MethodPath } from '@softpost/shared/rpc/methods';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, channelOf, readSecret } from './two-parties/channel.fixture.ts';
import { maskedMessage, type MaskedMessage } from './two-parties/masked-message.fixture.ts';
import {
  createOwnerSite,
  filmRecords,
  ownerFiles,
  TRANSFER,
  TUNING,
  type OwnerSite,
  type PrivateRecord,
} from './two-parties/owner-site.fixture.ts';
import { run, start, type Running } from './two-parties/programs.fixture.ts';
import { createProviderSite, publishStudent, TEACHER, type ProviderSite } from './two-parties/provider-site.fixture.ts';
import { startRecordingPeer } from './two-parties/recording-peer.fixture.ts';

const MINUTE = 60_000;
const WEIGHTS = 'adapter_model.safetensors';
const root = await mkdtemp(join(tmpdir(), 'softpost-two-parties-'));

let provider: ProviderSite;
let server: Running;
/** Two tenants, each with one prompt. The key of the first is bound to its certificate. */
let one: OwnerSite;
let other: OwnerSite;
let oneRun: RunReport;
let otherRun: RunReport;

beforeAll(async () => {
  provider = await createProviderSite(join(root, 'provider'));
  server = await provider.start();
  await publishStudent(provider, 20);
  one = await createOwnerSite(provider, 'one');
  other = await createOwnerSite(provider, 'other', {
    bound: false,
    tune: { ...TUNING, seed: 9 },
    transfer: { ...TRANSFER, seed: 9 },
  });
  oneRun = await one.command<RunReport>('run');
  otherRun = await other.command<RunReport>('run');
}, 10 * MINUTE);

afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  await rm(root, { recursive: true });
});

// Kills: a default, a seed or a task that is lost on the way; a prompt that comes back changed.
test('a prompt that was transferred over the wire is the one that one process makes', { timeout: MINUTE }, async () => {
  const { alpha, steps, seed } = TRANSFER;
  const outDir = join(one.dir, 'in-one-process');
  const models = ['--teacher', provider.teacherDir, '--student', oneRun.studentDir, '--public', provider.publicFile];
  const prompt = ['--prompt', oneRun.studentPromptDir, '--public-key', one.publicKeyFile, '--task', one.taskFile];
  const how = ['--alpha', String(alpha), '--steps', String(steps), '--seed', String(seed), '--threads', '1'];
  await run('provider', 'transfer', ...models, ...prompt, ...how, '--out', outDir);
  const weights = await readFile(join(oneRun.promptDir, WEIGHTS));
  expect(weights.equals(await readFile(join(outDir, WEIGHTS)))).toBe(true);
  expect(weights.equals(await readFile(join(otherRun.promptDir, WEIGHTS)))).toBe(false);
});

test("the provider's program verifies the receipt that came back with the prompt", { timeout: MINUTE }, async () => {
  const verify = ['verify-receipt', '--prompt', oneRun.promptDir, '--public-key'];
  expect(await run('provider', ...verify, one.publicKeyFile)).toMatchObject({
    verified: true,
    covers: 'student-prompt',
    keyPinned: true,
    receipt: { mechanism: 'sampled-gaussian', epsilon: { enforced: oneRun.epsilon } },
  });
  expect(await start('provider', [...verify, other.publicKeyFile]).ended).toMatchObject({ status: 1 });
});

test('a run that is over is not done again, and its record says what left the site', { timeout: MINUTE }, async () => {
  expect(await one.command('run')).toEqual(oneRun);
  const { entries } = await one.command<{ entries: readonly { method: string; to: string }[] }>('egress');
  const count = (method: string): number => entries.filter((entry) => entry.method.endsWith(`/${method}`)).length;
  expect([count('CreateTransfer'), count('GetPrompt'), count('Classify')]).toEqual([1, 1, 0]);
  expect(new Set(entries.map(({ to }) => to))).toEqual(new Set([provider.address]));
});

test('predict gives the labels of the teacher', { timeout: MINUTE }, async () => {
  const predict = ['predict', '--prompt', oneRun.promptId, '--text', 'a great film', 'a dull plot'];
  const { predictions } = await one.command<{ predictions: readonly { label: string }[] }>(...predict);
  expect(predictions.map(({ label }) => ['negative', 'positive'].includes(label))).toEqual([true, true]);
  const foreign = start('owner', ['predict', '--prompt', otherRun.promptId, '--text', 'x', '--config', one.configFile]);
  expect(await foreign.ended).toMatchObject({ status: 1, errors: expect.stringContaining('UNKNOWN_ID') as string });
});

interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

async function post(site: OwnerSite, path: string, body: object): Promise<HttpAnswer> {
  const headers = {
    authorization: `Bearer ${await readSecret(ownerFiles(site).apiKey)}`,
    'content-type': 'application/json',
  };
  const answer = await fetch(`${provider.httpUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

test('the OpenAI endpoint writes with a prompt, for its tenant alone', { timeout: MINUTE }, async () => {
  const completion = (promptId: string): object => ({
    model: `${TEACHER}+${promptId}`,
    prompt: 'the film',
    max_tokens: 4,
  });
  const own = await post(other, '/v1/completions', completion(otherRun.promptId));
  expect(own).toMatchObject({ status: 200, body: { object: 'text_completion', usage: { completion_tokens: 4 } } });
  const foreign = await post(other, '/v1/completions', completion(oneRun.promptId));
  expect(foreign).toEqual(await post(other, '/v1/completions', completion(randomUUID())));
  expect(foreign.status).toBe(404);
  // Its key is bound to a certificate, which this port does not see.
  expect((await post(one, '/v1/completions', completion(oneRun.promptId))).status).toBe(401);
});

/** Requests that name what belongs to a tenant; undefined where a method names nothing of the kind. */
const NAMING: Readonly<Record<MethodPath, ((ids: Ids) => object) | undefined>> = {
  '/softpost.v1.JobService/GetJob': ({ jobId }) => ({ jobId }),
  '/softpost.v1.JobService/WatchJob': ({ jobId }) => ({ jobId }),
  '/softpost.v1.JobService/CancelJob': ({ jobId }) => ({ jobId }),
  '/softpost.v1.PromptService/GetPrompt': ({ promptId }) => ({ promptId }),
  '/softpost.v1.PromptService/DeletePrompt': ({ promptId }) => ({ promptId }),
  '/softpost.v1.PromptService/RetransferPrompt': ({ promptId }) => ({
    promptId,
    idempotencyKey: 'isolation',
    teacherId: TEACHER,
  }),
  '/softpost.v1.InferenceService/Classify': ({ promptId }) => ({ promptId, texts: ['a film'] }),
  '/softpost.v1.InferenceService/Generate': ({ promptId }) => ({ promptId, text: 'a film', maxTokens: 1 }),
  // For operators and auditors, who see all tenants: an owner is told nothing, whatever it names.
  '/softpost.v1.AdminService/CreateApiKey': ({ tenantId }) => ({ tenantId, role: 'ROLE_OWNER' }),
  '/softpost.v1.AdminService/ListApiKeys': ({ tenantId }) => ({ tenantId }),
  '/softpost.v1.AdminService/SetTenantLimits': ({ tenantId }) => ({ tenantId, limits: {} }),
  '/softpost.v1.AdminService/ListReceipts': ({ tenantId }) => ({ tenantId }),
  '/softpost.v1.AdminService/PublishStudent': ({ jobId }) => ({ jobId, idempotencyKey: 'isolation' }),
  '/softpost.v1.AdminService/CreateEvaluation': ({ promptId }) => ({
    promptId,
    teacherId: TEACHER,
    datasetId: 'texts',
    idempotencyKey: 'isolation',
  }),
  '/softpost.v1.AdminService/RevokeApiKey': ({ keyId }) => ({ keyId }),
  '/softpost.v1.AdminService/CreateTenant': undefined,
  '/softpost.v1.AdminService/ListTenants': undefined,
  '/softpost.v1.AdminService/CreateDistillation': undefined,
  '/softpost.v1.StudentService/ListStudents': undefined,
  '/softpost.v1.StudentService/GetStudent': undefined,
  '/softpost.v1.StudentService/DownloadStudent': undefined,
  '/softpost.v1.StudentService/GetLogConsistency': undefined,
  '/softpost.v1.PublicDataService/ListPublicDatasets': undefined,
  '/softpost.v1.TransferService/CreateTransfer': undefined,
  '/softpost.v1.JobService/ListJobs': undefined,
  '/softpost.v1.PromptService/ListPrompts': undefined,
};

interface Ids {
  readonly tenantId: string;
  readonly keyId: string;
  readonly jobId: string;
  readonly promptId: string;
}

/** What a call ends with: the error as a client sees it, or 'answered'. */
async function outcome(channel: Channel, path: MethodPath, request: object): Promise<unknown> {
  const message = encodeRequest(path, request as never);
  try {
    if (!methodAt(path).responseStream) await channel.unary(path, message);
    else await channel.stream(path, message)[Symbol.asyncIterator]().next();
    return 'answered';
  } catch (error) {
    if (!isSoftpostError(error)) throw error;
    const { code, message: text, remedy } = error;
    return { code, text, remedy };
  }
}

// Kills: a method that looks for an id without its tenant; one that tells a foreign id from an unknown one.
test("every method answers another tenant's id as one that is not there", { timeout: 2 * MINUTE }, async () => {
  const listed = ['keys', 'list', '--tenant', other.tenantId];
  const { keys } = await provider.operate<{ keys: readonly { keyId: string }[] }>(...listed);
  const theirs = { ...otherRun, tenantId: other.tenantId, keyId: keys[0]!.keyId };
  const [unknownId, malformed] = [randomUUID(), 'x'].map((id) => ({
    tenantId: id,
    keyId: id,
    jobId: id,
    promptId: id,
  }));
  const [mine, yours] = [await channelOf(provider, one), await channelOf(provider, other)];
  for (const path of methodPaths()) {
    const request = NAMING[path];
    if (request === undefined) continue;
    const refused = await outcome(mine, path, request(theirs));
    const code = path.includes('AdminService') ? 'PERMISSION_DENIED' : 'UNKNOWN_ID';
    expect(refused, path).toMatchObject({ code });
    expect(await outcome(mine, path, request(unknownId!)), path).toEqual(refused);
    if (code === 'UNKNOWN_ID') expect(await outcome(mine, path, request(malformed!)), path).toEqual(refused);
  }
  // What was named is there, and as it was.
  expect(await call(yours, '/softpost.v1.JobService/GetJob', theirs)).toMatchObject({
    job: { state: 'JOB_STATE_SUCCEEDED', promptId: theirs.promptId },
  });
  for (const path of ['/softpost.v1.PromptService/GetPrompt', '/softpost.v1.InferenceService/Classify'] as const)
    expect(await outcome(yours, path, NAMING[path]!(theirs))).toBe('answered');
  const list = { pageSize: 100 };
  const [{ jobs }, { prompts }] = [
    await call(mine, '/softpost.v1.JobService/ListJobs', list),
    await call(mine, '/softpost.v1.PromptService/ListPrompts', list),
  ];
  expect([jobs.map(({ jobId }) => jobId), prompts.map(({ promptId }) => promptId)]).toEqual([
    [oneRun.jobId],
    [oneRun.promptId],
  ]);
});

// Kills: rows of a batch that touch each other, or go behind the prompt of another row; a prefix that is cached under another tenant's prompt.
test('texts of two tenants in one batch get the answers that they get alone', { timeout: 2 * MINUTE }, async () => {
  type Answers = AnswerOf<'/softpost.v1.InferenceService/Classify'>['classifications'];
  const texts = filmRecords(8).map(({ text }, index) => `${text}${' and slow'.repeat(index % 3)}`);
  const classify = async (channel: Channel, promptId: string, some: readonly string[]): Promise<Answers> =>
    (await call(channel, '/softpost.v1.InferenceService/Classify', { promptId, texts: [...some] })).classifications;
  const callers = [
    { channel: await channelOf(provider, one), promptId: oneRun.promptId },
    { channel: await channelOf(provider, other), promptId: otherRun.promptId },
  ];
  const alone: Answers[] = [];
  for (const { channel, promptId } of callers) {
    const answers: Answers = [];
    for (const text of texts) answers.push(...(await classify(channel, promptId, [text])));
    alone.push(answers);
  }
  expect(alone[0]).not.toEqual(alone[1]);
  // So many at once that both tenants have texts waiting whenever a batch is put together.
  const often = Array.from({ length: 16 }, () => texts).flat();
  const together = await Promise.all(
    [...callers, ...callers].map(({ channel, promptId }) => classify(channel, promptId, often)),
  );
  for (const [index, answers] of together.entries())
    expect(answers).toEqual(Array.from({ length: 16 }, () => alone[index % 2]!).flat());
});

/** Everything that a new site sends for a run on `records`. Each has a key of its own: for one key the provider refuses a second ledger. */
async function sentFor(name: string, records: readonly PrivateRecord[]): Promise<readonly MaskedMessage[]> {
  const site = await createOwnerSite(provider, name, { records });
  const peer = await startRecordingPeer(await channelOf(provider, site));
  await writeFile(join(site.dir, 'peer.pem'), peer.ca);
  const config = (await readFile(site.configFile, 'utf8'))
    .replace(/address: .*/, `address: ${peer.address}`)
    .replace(/ca: .*/, 'ca: peer.pem');
  await writeFile(site.configFile, config);
  await site.command('run');
  return peer.received.map(maskedMessage);
}

// Kills: the number of records, a loss, an accuracy or a length of text in any message; a message more for what was found in the data.
test('data sets that differ in one record send the same, but for what is random', { timeout: 4 * MINUTE }, async () => {
  const records = filmRecords(20);
  const sent = await sentFor('with', records);
  const neighbour = await sentFor('without', records.slice(0, -1));
  expect(neighbour).toEqual(sent);
  const [first, ...rest] = sent.map(({ path }) => path.split('/').at(-1));
  const downloads = rest.filter((method) => method === 'DownloadStudent');
  expect([first, ...rest]).toEqual(['GetStudent', ...downloads, 'CreateTransfer', 'WatchJob', 'GetJob', 'GetPrompt']);
});

test('a second server on the same folder is refused, and the first goes on', { timeout: MINUTE }, async () => {
  const second = await start('provider', ['serve', '--config', provider.configFile]).ended;
  expect(second).toMatchObject({ status: 1, errors: expect.stringContaining('FOLDER_IN_USE') as string });
  const { students } = await provider.operate<{ students: readonly object[] }>('students', 'list');
  expect(students).toHaveLength(1);
});
