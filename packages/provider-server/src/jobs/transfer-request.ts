/** @file A transfer is asked for: submission, receipt and job are one transaction, and come once for an idempotency key. */

import { randomUUID } from 'node:crypto';
import type { Digest } from '@softpost/shared/artifact/digest';
import type { Task } from '@softpost/shared/text/task';
import { countPrompts, getPrompt } from '../store/prompts.ts';
import { countNewReceipts } from '../store/receipts.ts';
import type { Db, Job, Tenant } from '../store/rows.ts';
import { checkQuota, getTenant } from '../store/tenants.ts';
import { inTransaction } from '../store/transaction.ts';
import { refuseTaken } from '../store/unknown-id.ts';
import { checkLedger } from './check-ledger.ts';
import { given } from './given.ts';
import { checkJobOptions, type JobOptions } from './job-options.ts';
import { countUnfinished, findByKey, requestChanged, type Jobs } from './jobs.ts';

export interface TransferRequest {
  readonly tenantId: string;
  readonly idempotencyKey: string;
  /** What the owner sent, checked; its prompt is in the artifact store already. */
  readonly submission: {
    readonly studentId: string;
    readonly studentVersion: number;
    readonly promptArtifact: Digest;
    readonly receipt: string;
    readonly task: Task;
    readonly signedEnvelope: string;
    readonly nonce: string;
  };
  readonly options: Omit<JobOptions<'transfer'>, 'submissionId'>;
}

/**
 * The job that an envelope has made already. Whoever lost the answer asks again with the same bytes, and gets it whatever has come to pass
 * since: the manifest or the envelope may have expired, or the provider's terms be others.
 * @throws REQUEST_CHANGED where the key came with anything else
 */
export async function findTransfer(
  db: Db,
  tenantId: string,
  { idempotencyKey, signedEnvelope }: { readonly idempotencyKey: string; readonly signedEnvelope: string },
): Promise<Job | undefined> {
  const known = await findByKey(db, tenantId, idempotencyKey);
  if (!known) return undefined;
  const submission = await db
    .selectFrom('submissions')
    .select('signedEnvelope')
    .where('tenantId', '=', tenantId)
    .where('nonce', '=', idempotencyKey)
    .executeTakeFirst();
  return submission?.signedEnvelope === signedEnvelope ? known : requestChanged();
}

/**
 * What a transfer is refused for on account of what the tenant has already: looked at before anything of it is kept, and by `createTransfer`
 * once more, where nobody comes in between.
 * @throws QUOTA_EXCEEDED, LEDGER_ROLLED_BACK
 */
export async function checkRoom(db: Db, tenant: Tenant, receipt: string): Promise<void> {
  checkQuota(tenant, 'queuedJobs', await countUnfinished(db, tenant.id));
  await checkSubmissions(db, tenant, receipt);
}

async function checkSubmissions(db: Db, tenant: Tenant, receipt: string): Promise<void> {
  checkQuota(tenant, 'storedPrompts', await countPrompts(db, tenant.id));
  checkQuota(tenant, 'submissionsPerDay', await countNewReceipts(db, tenant.id));
  await checkLedger(db, tenant.id, receipt);
}

/** @throws BAD_OPTION also for an envelope that was used before, REQUEST_CHANGED, QUOTA_EXCEEDED, UNKNOWN_ID, LEDGER_ROLLED_BACK */
export function createTransfer(db: Db, jobs: Jobs, request: TransferRequest): Promise<Job> {
  const { tenantId, idempotencyKey, submission, options } = request;
  const { task, ...sent } = submission;
  return inTransaction(db, async (trx) => {
    const id = randomUUID();
    const job = await jobs.create(trx, {
      tenantId,
      kind: 'transfer',
      idempotencyKey,
      options: { ...options, submissionId: id },
      request: { submission, options },
    });
    const isKnown = checkJobOptions('transfer', job.options).submissionId !== id;
    if (isKnown) return job;
    await checkSubmissions(trx, await getTenant(trx, tenantId), submission.receipt);
    await trx
      .insertInto('submissions')
      .values({ id, tenantId, ...sent, task: JSON.stringify(task) })
      .execute()
      .catch(refuseTaken('this envelope was submitted before'));
    const receipt = { id: randomUUID(), tenantId, submissionId: id, receipt: submission.receipt };
    await trx.insertInto('receipts').values(receipt).execute();
    return job;
  });
}

export interface RetransferRequest {
  readonly tenantId: string;
  readonly idempotencyKey: string;
  readonly promptId: string;
  readonly options: Omit<JobOptions<'transfer'>, 'submissionId'>;
}

/**
 * The submission of a prompt once more, for another teacher, with the options that made the prompt where no others are given.
 * @throws UNKNOWN_ID, REQUEST_CHANGED, QUOTA_EXCEEDED, BAD_OPTION
 */
export function createRetransfer(db: Db, jobs: Jobs, request: RetransferRequest): Promise<Job> {
  const { tenantId, idempotencyKey, promptId, options: asked } = request;
  return inTransaction(db, async (trx) => {
    const { submissionId, jobId } = await getPrompt(trx, tenantId, promptId);
    const first = await trx.selectFrom('jobs').select('options').where('id', '=', jobId).executeTakeFirstOrThrow();
    const options = { ...checkJobOptions('transfer', first.options), ...given(asked) };
    checkQuota(await getTenant(trx, tenantId), 'storedPrompts', await countPrompts(trx, tenantId));
    const sent = { ...asked, submissionId };
    return jobs.create(trx, { tenantId, kind: 'transfer', idempotencyKey, options, request: sent });
  });
}
