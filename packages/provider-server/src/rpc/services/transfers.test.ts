/** @file CreateTransfer on a real database, store and deciding process: what a submission leaves behind, and what one does that comes again. */

import { createPublicKey, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { temporaryFolder } from '@softpost/shared/artifact/folder.fixture';
import { manifestBody, providerKey } from '@softpost/shared/manifest/manifest.fixture';
import { sealManifest } from '@softpost/shared/manifest/signed-manifest';
import { ownerKey, PRIVATE_BODY } from '@softpost/shared/receipt/receipt.fixture';
import type { CreateTransferRequest__Output } from '@softpost/shared/rpc/generated/softpost/v1/CreateTransferRequest';
import type { Job__Output as Job } from '@softpost/shared/rpc/generated/softpost/v1/Job';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createJobs } from '../../jobs/jobs.ts';
import { startQueue, type JobQueue } from '../../jobs/queue.ts';
import { openFolderStore } from '../../store/artifacts/folder-store.ts';
import { emptyTables, testDatabase } from '../../store/database.fixture.ts';
import type { TenantLimits } from '../../store/rows.ts';
import { addStudent } from '../../store/students.ts';
import { createTenant, setTenantLimits } from '../../store/tenants.ts';
import { startDeciding, type Deciding } from '../../submission/deciding.ts';
import {
  createTransferCodec,
  submissionWith,
  TASK_MESSAGE,
  TODAY,
  type Alterations,
} from '../../submission/submission.fixture.ts';
import type { CallContext } from '../gate.ts';
import { transferService } from './transfers.ts';

const database = testDatabase('embedded');
const codec = createTransferCodec();
let queue: JobQueue;
let deciding: Deciding;
let tenantId: string;
let storeDir: string;

beforeAll(async () => {
  queue = await startQueue(database());
  deciding = startDeciding();
});
afterAll(async () => {
  await deciding.close();
  await queue.stop();
});
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(TODAY) });
  const { db } = database();
  await emptyTables(database());
  storeDir = await temporaryFolder();
  tenantId = await newTenant('one');
  const { studentId: id, studentVersion: version, teacherId } = manifestBody();
  const manifest = sealManifest(manifestBody(), providerKey);
  const artifact = `sha256:${'0'.repeat(64)}` as const;
  await addStudent(db, { id, version, teacherId, manifest, artifact, files: [], parameterCount: 1, leafHash: 'ab' });
});
afterEach(() => void vi.useRealTimers());

async function newTenant(name: string): Promise<string> {
  const ownerPublicKey = createPublicKey(ownerKey).export({ type: 'spki', format: 'pem' }).toString();
  return (await createTenant(database().db, { name, ownerPublicKey })).id;
}

/** A submission as the message that it comes in. */
function requestWith(idempotencyKey: string, change: Alterations = {}): CreateTransferRequest__Output {
  const envelope = { nonce: idempotencyKey, ...change.envelope };
  const sent = submissionWith({ ...change, envelope, sent: { idempotencyKey } });
  const options = { comparison: 'COMPARISON_VOCABULARY', seed: 1 } as const;
  return codec.decode(codec.encode({ ...sent, prompt: Buffer.from(sent.prompt), task: TASK_MESSAGE, options }));
}

async function submit(request: CreateTransferRequest__Output, of = tenantId): Promise<Job> {
  const { CreateTransfer } = transferService({
    db: database().db,
    store: await openFolderStore(storeDir),
    jobs: createJobs(database(), queue),
    catalog: { teachers: {}, datasets: {} },
    key: providerKey,
    privacy: { allowWithoutDp: false },
    deciding,
  });
  const caller = { role: 'owner', keyId: 'key', tenant: { id: of, certificateDigest: null, limits: {} } } as const;
  const call: CallContext = { caller, signal: new AbortController().signal };
  return (await CreateTransfer(request, call)).job as Job;
}

// Kills: a lost answer that cannot be asked for again, because the submission is judged as a new one.
test('the same envelope gives the job that it made, though nothing of it would be accepted any more', async () => {
  const request = requestWith('again');
  const job = await submit(request);
  vi.setSystemTime(new Date('2027-03-01'));
  expect(await submit(request)).toMatchObject({ jobId: job.jobId, kind: 'JOB_KIND_TRANSFER' });
  await expect(submit(requestWith('new'))).rejects.toMatchObject({ code: 'MANIFEST_EXPIRED' });
  await expect(submit(request, await newTenant('two'))).rejects.toMatchObject({ code: 'MANIFEST_EXPIRED' });
});

test('another envelope under a known key is another request', async () => {
  await submit(requestWith('once'));
  const other = requestWith('once', { receipt: { clipNorm: 0.25 } });
  await expect(submit(other)).rejects.toMatchObject({ code: 'REQUEST_CHANGED' });
});

async function storedFiles(): Promise<readonly string[]> {
  return (await readdir(storeDir, { recursive: true })).sort();
}

// Kills: prompts that are stored first and refused then, as many as a tenant likes.
test.each([
  ['a queue that is full', { queuedJobs: 1 }, {}, 'QUOTA_EXCEEDED'],
  ['as many prompts as it may have', { storedPrompts: 1 }, {}, 'QUOTA_EXCEEDED'],
  ['another ledger', {}, { headHash: 'f'.repeat(64) }, 'LEDGER_ROLLED_BACK'],
] as const)('of a tenant with %s nothing is stored', async (_, limits: TenantLimits, ledger, code) => {
  const { jobId } = await submit(requestWith('first'));
  if (limits.storedPrompts) await havePrompt(jobId);
  await setTenantLimits(database().db, tenantId, limits);
  const before = await storedFiles();
  const another = { clipNorm: 0.25, ledger: { ...PRIVATE_BODY.ledger, ...ledger } };
  await expect(submit(requestWith('second', { receipt: another }))).rejects.toMatchObject({ code });
  expect(await storedFiles()).toEqual(before);
});

/** The prompt that the job has made. */
async function havePrompt(jobId: string): Promise<void> {
  const { db } = database();
  const { id: submissionId, promptArtifact: artifact } = await db
    .selectFrom('submissions')
    .selectAll()
    .executeTakeFirstOrThrow();
  const of = { tenantId, submissionId, jobId, teacherId: 't', taskName: 'films', verdict: 'better' };
  await db
    .insertInto('prompts')
    .values({ id: randomUUID(), ...of, artifact })
    .execute();
}
