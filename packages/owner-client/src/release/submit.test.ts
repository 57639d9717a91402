import { createPublicKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from '@softpost/shared/artifact/digest';
import { refusal } from '@softpost/shared/artifact/folder.fixture';
import { SoftpostError } from '@softpost/shared/errors';
import { manifestBody, providerKey } from '@softpost/shared/manifest/manifest.fixture';
import { OPEN_BODY, ownerKey, PRIVATE_BODY, writeWithReceipt } from '@softpost/shared/receipt/receipt.fixture';
import { dayOf } from '@softpost/shared/signature/day';
import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { checkEnvelope, openEnvelope } from '@softpost/shared/submission/envelope';
import type { Submission } from '@softpost/shared/submission/submission';
import { expect, test } from 'vitest';
import { openEgressRecord } from '../egress-record/egress-record.ts';
import type { RequestOf } from '@softpost/shared/rpc/methods';
import { rememberFetched } from '../fetch-student/fetched-as.ts';
import { startPeer, type Handlers, type Peer } from '../provider.fixture.ts';
import { siteOf, writeConfig } from '../site.fixture.ts';
import { egressRecordFile, type Site } from '../site.ts';
import { DEFAULT_CHOICES } from './default-choices.ts';
import { createSecret } from '@softpost/shared/signature/secret-file';
import { submit, type SubmitOptions } from './submit.ts';

type Transfer = Required<RequestOf<'/softpost.v1.TransferService/CreateTransfer'>>;

const quiet = { signal: new AbortController().signal, report: () => undefined, firstWaitMs: 1 };
const student = { ...manifestBody(), keyId: digestOf(''), publicKey: '' };
const task = {
  name: 'films',
  template: '{text} It was {mask}.',
  labels: ['good', 'bad'].map((name) => ({ name, words: [name] })),
};

/** A provider that gives one job for each idempotency key. */
function transfers(): { readonly handlers: Handlers; readonly jobs: Map<string, Transfer> } {
  const jobs = new Map<string, Transfer>();
  const job = (key: string) =>
    ({ jobId: `job-${[...jobs.keys()].indexOf(key) + 1}`, state: 'JOB_STATE_QUEUED' }) as const;
  const handlers: Handlers = {
    'TransferService/CreateTransfer': (request) => {
      jobs.set(request.idempotencyKey, request);
      return { job: job(request.idempotencyKey) };
    },
    'JobService/GetJob': ({ jobId }) => ({ job: { jobId, state: 'JOB_STATE_RUNNING' } }),
  };
  return { handlers, jobs };
}

interface Tuned {
  readonly config: string;
  readonly options: SubmitOptions;
}

/** A site with the owner's key, a task and a prompt that was tuned on `student`. */
async function tuned(peer: Peer, body: typeof PRIVATE_BODY | typeof OPEN_BODY = PRIVATE_BODY): Promise<Tuned> {
  const config = await writeConfig(peer);
  const dir = dirname(config);
  await createSecret(join(dir, 'owner-key.pem'), String(ownerKey.export({ type: 'pkcs8', format: 'pem' })));
  await writeFile(join(dir, 'task.json'), JSON.stringify(task));
  await writeWithReceipt(join(dir, 'prompt'), { ...body, studentDigest: student.modelDigest });
  const [promptDir, taskFile] = [join(dir, 'prompt'), join(dir, 'task.json')];
  return { config, options: { promptDir, taskFile, choices: DEFAULT_CHOICES, noDp: body.mechanism === 'none' } };
}

async function open(config: string): Promise<Site> {
  const site = await siteOf({ address: '', ca: Buffer.of() }, config);
  rememberFetched(site, student);
  return site;
}

test('the envelope that arrives binds everything else that arrives', async () => {
  const { handlers, jobs } = transfers();
  const { config, options } = await tuned(await startPeer(handlers));
  const choices = { ...DEFAULT_CHOICES, alpha: 0, steps: 10, compare: 'labels', datasetId: 'mails' } as const;
  await submit(await open(config), { ...options, choices }, quiet);
  const [sent] = jobs.values() as unknown as [Transfer];
  expect(sent.options).toEqual({
    datasetId: 'mails',
    alpha: 0,
    _alpha: 'alpha',
    comparison: 'COMPARISON_LABELS',
    steps: 10,
    seed: 1,
  });
  expect(sent.task).toEqual({ ...task, initText: '', maxLength: 0 });
  const received: Submission = { ...sent, prompt: sent.prompt as Uint8Array, task, choices };
  const acceptance = { publicKey: createPublicKey(ownerKey), today: dayOf(new Date()), windowDays: 1 };
  const providerKeyId = keyIdOf(publicKeyText(providerKey));
  const envelope = openEnvelope(sent.signedEnvelope, { ...acceptance, providerKeyId });
  checkEnvelope(envelope, received, student.modelDigest);
});

// Kills: a new idempotency key with every call; a request that is made anew, so that the provider refuses it.
test('however often it is submitted, also by a process that died in between, it is one job', async () => {
  const { handlers, jobs } = transfers();
  let lost = 2;
  const peer = await startPeer({
    ...handlers,
    'TransferService/CreateTransfer': async (request) => {
      const answer = await handlers['TransferService/CreateTransfer']!(request);
      // The provider has it, and the owner never hears of it.
      if (lost-- > 0) throw new SoftpostError('ENGINE', 'died');
      return answer as object;
    },
  });
  const { config, options } = await tuned(peer);
  await expect(submit(await open(config), options, quiet)).rejects.toThrow('died');
  await expect(submit(await open(config), options, quiet)).rejects.toThrow('died');
  expect(await submit(await open(config), options, quiet)).toMatchObject({ jobId: 'job-1', state: 'queued' });
  expect(await submit(await open(config), options, quiet)).toMatchObject({ jobId: 'job-1', state: 'running' });
  expect(jobs.size).toBe(1);
  const sent = peer.received.filter(({ path }) => path.endsWith('CreateTransfer')).map(({ bytes }) => digestOf(bytes));
  expect([sent.length, new Set(sent).size]).toEqual([3, 1]);
});

test('other choices are another submission, and so is the same one again when that is said', async () => {
  const { handlers, jobs } = transfers();
  const { config, options } = await tuned(await startPeer(handlers));
  const site = await open(config);
  await submit(site, options, quiet);
  await submit(site, { ...options, choices: { ...DEFAULT_CHOICES, seed: 2 } }, quiet);
  expect((await submit(site, { ...options, again: true }, quiet)).jobId).toBe('job-3');
  // From here on it is the newest that is meant.
  expect((await submit(site, options, quiet)).jobId).toBe('job-3');
  expect(jobs.size).toBe(3);
});

// Kills: weights bound for ever to the version that they were first fetched as; the same prompt submitted twice as its student is renewed.
test('a student that was renewed is named anew in what is new, and what was submitted stays one job', async () => {
  const { handlers, jobs } = transfers();
  const { config, options } = await tuned(await startPeer(handlers));
  const site = await open(config);
  await submit(site, options, quiet);
  rememberFetched(site, { ...student, studentVersion: 4, expiresDay: '2027-12-31' });
  rememberFetched(site, { ...student, studentVersion: 2, expiresDay: '2025-12-31' });
  expect(await submit(site, options, quiet)).toMatchObject({ jobId: 'job-1' });
  await submit(site, { ...options, again: true }, quiet);
  expect([...jobs.values()].map(({ studentVersion }) => studentVersion)).toEqual([3, 4]);
});

// Kills: the same key with another content, which the provider must refuse.
test('what was sent under the old name is repeated under it', async () => {
  const { handlers, jobs } = transfers();
  const peer = await startPeer({
    'TransferService/CreateTransfer': () => {
      throw new SoftpostError('ENGINE', 'died');
    },
  });
  const { config, options } = await tuned(peer);
  const site = await open(config);
  await expect(submit(site, options, quiet)).rejects.toThrow('died');
  rememberFetched(site, { ...student, studentVersion: 4, expiresDay: '2027-12-31' });
  peer.handle('TransferService/CreateTransfer', handlers['TransferService/CreateTransfer']!);
  await submit(site, options, quiet);
  expect([...jobs.values()]).toMatchObject([{ studentVersion: 3 }]);
  const sent = peer.received.map(({ bytes }) => digestOf(bytes));
  expect(new Set(sent).size).toBe(1);
});

test('an outage is waited for', async () => {
  const { handlers } = transfers();
  let down = 3;
  const { config, options } = await tuned(
    await startPeer({
      ...handlers,
      'TransferService/CreateTransfer': (request) => {
        if (down-- > 0) throw new SoftpostError('SHUTTING_DOWN', 'gone');
        return handlers['TransferService/CreateTransfer']!(request) as object;
      },
    }),
  );
  expect(await submit(await open(config), options, quiet)).toMatchObject({ jobId: 'job-1' });
});

// Kills: --no-dp of tuning taken for --no-dp of giving away.
test('a prompt without privacy leaves only if that is said again, and one of a stranger’s student never', async () => {
  const { handlers, jobs } = transfers();
  const peer = await startPeer(handlers);
  const { config, options } = await tuned(peer, OPEN_BODY);
  const refused = submit(await open(config), { ...options, noDp: false }, quiet);
  await expect(refused).rejects.toMatchObject(refusal('NOT_RELEASABLE', /--no-dp/));
  const elsewhere = await tuned(peer);
  await expect(submit(await siteOf(peer, elsewhere.config), elsewhere.options, quiet)).rejects.toMatchObject(
    refusal('PROMPT_MISMATCH', /was not fetched from/),
  );
  expect(jobs.size).toBe(0);
  await submit(await open(config), options, quiet);
  expect(jobs.size).toBe(1);
});

test('what leaves is recorded with the size of what arrived', async () => {
  const { handlers } = transfers();
  const peer = await startPeer(handlers);
  const { config, options } = await tuned(peer);
  const site = await open(config);
  await submit(site, options, quiet);
  using record = openEgressRecord(egressRecordFile(site.config));
  expect(record.entries().map(({ bytes }) => bytes)).toEqual(peer.received.map(({ bytes }) => bytes.byteLength));
});
