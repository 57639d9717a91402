/** @file Transfers and re-transfers as they are asked for; no job is computed here. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealAltered } from '@softpost/shared/receipt/receipt.fixture';
import { testDatabase } from '../store/database.fixture.ts';
import { createTenant } from '../store/tenants.ts';
import { checkJobOptions, type JobOptions } from './job-options.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { startQueue, type JobQueue } from './queue.ts';
import { createRetransfer, createTransfer } from './transfer-request.ts';

const ARTIFACT = `sha256:${'0'.repeat(64)}` as const;
const TASK = { name: 'mood', template: '{text} It was', labels: [{ name: 'bad', words: ['bad'] }] } as const;

const database = testDatabase('embedded');
let queue: JobQueue;
let jobs: Jobs;
let tenantId: string;

beforeAll(async () => {
  queue = await startQueue(database());
  jobs = createJobs(database(), queue);
  tenantId = (await createTenant(database().db, { name: 'one', ownerPublicKey: 'PEM' })).id;
});
afterAll(() => queue.stop());

/** The prompt that a transfer with these options has made. */
async function promptOf(options: Omit<JobOptions<'transfer'>, 'submissionId'>): Promise<string> {
  const { db } = database();
  const nonce = randomUUID();
  const sent = { studentId: 's', studentVersion: 1, promptArtifact: ARTIFACT, signedEnvelope: '{}', nonce };
  const submission = { ...sent, receipt: sealAltered({}), task: TASK };
  const job = await createTransfer(db, jobs, { tenantId, idempotencyKey: nonce, submission, options });
  const { submissionId } = checkJobOptions('transfer', job.options);
  const of = { tenantId, submissionId, jobId: job.id, teacherId: options.teacherId, taskName: 'mood' };
  const prompt = { id: randomUUID(), ...of, verdict: 'better', artifact: ARTIFACT } as const;
  await db.insertInto('prompts').values(prompt).execute();
  return prompt.id;
}

// Kills: a re-transfer that forgets α and searches for one, which may keep the only worker for minutes.
test('a re-transfer has the options of the first transfer, but for those that it names itself', async () => {
  const { db } = database();
  const options = { datasetId: 'public', alpha: 0.5, compare: 'labels', steps: 40, seed: 7 } as const;
  const promptId = await promptOf({ teacherId: 'first', ...options });
  const again = async (idempotencyKey: string, asked: Partial<JobOptions<'transfer'>> = {}) =>
    createRetransfer(db, jobs, {
      tenantId,
      idempotencyKey,
      promptId,
      options: { teacherId: 'second', ...asked },
    });
  const job = await again('same');
  expect(job.options).toMatchObject({ teacherId: 'second', ...options });
  expect((await again('other', { steps: 9, seed: undefined })).options).toMatchObject({ ...options, steps: 9 });
  expect(await again('same')).toEqual(job);
});
