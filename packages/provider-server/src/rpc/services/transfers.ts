/** @file TransferService: an owner's submission is checked, kept, and becomes a job, all or nothing. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import { createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '@softpost/shared/artifact/digest';
import type { ComputeProcess } from '@softpost/shared/engine/compute-process';
import { openManifest } from '@softpost/shared/manifest/signed-manifest';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { dayOf } from '@softpost/shared/signature/day';
import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { publicDataset, type Catalog } from '../../jobs/catalog.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.ts';
import { putFolder } from '../../store/artifacts/stored-folder.ts';
import { countPrompts } from '../../store/prompts.ts';
import type { Db, Job, Tenant } from '../../store/rows.ts';
import { getStudent } from '../../store/students.ts';
import { checkQuota, getTenant, limitOf } from '../../store/tenants.ts';
import type { PrivacyTerms, SubmissionTerms } from '../../submission/accept-submission.ts';
import type { decide, Decision } from '../../submission/decide.ts';
import { receivedSubmission, type ReceivedSubmission } from '../../submission/received-submission.ts';
import { writeSubmittedPrompt } from '../../submission/write-submitted-prompt.ts';
import { tenantIdOf } from '../tenant-id-of.ts';
import { jobMessage } from '../messages.ts';

export interface TransferParts {
  readonly db: Db;
  readonly store: ArtifactStore;
  readonly jobs: Jobs;
  readonly catalog: Catalog;
  /** The provider's signing key. */
  readonly key: KeyObject;
  readonly privacy: PrivacyTerms;
  readonly deciding: ComputeProcess<{ readonly decide: typeof decide }>;
}

export function transferService(service: TransferParts): ServiceOf<'TransferService', CallContext> {
  const { db, store, catalog, key, privacy, deciding } = service;
  return {
    CreateTransfer: async (request, call) => {
      const tenant = await getTenant(service.db, tenantIdOf(call));
      checkQuota(tenant, 'storedPrompts', await countPrompts(db, tenant.id));
      const received = receivedSubmission(request);
      const { manifest, teacherId } = await getStudent(db, received.studentId, received.studentVersion);
      const student = ownManifest(manifest, received, key);
      const terms = { ...termsOf(tenant), providerKeyId: keyIdOf(publicKeyText(key)), student, privacy };
      const decision = await deciding.call('decide', { received, terms }, { signal: call.signal });
      const { datasetId } = decision.choices;
      if (datasetId !== undefined) publicDataset(catalog, datasetId);
      const artifact = await keepPrompt(store, { ...received, ...decision }, student);
      return { job: jobMessage(await createJob(service, tenant, { received, decision, artifact, teacherId })) };
    },
  };
}

function ownManifest(manifest: string, { studentId, studentVersion }: ReceivedSubmission, key: KeyObject): Manifest {
  return openManifest(manifest, {
    publicKey: createPublicKey(key),
    studentId,
    studentVersion,
    today: dayOf(new Date()),
  });
}

function termsOf(tenant: Tenant): Pick<SubmissionTerms, 'ownerPublicKey' | 'today' | 'maxSteps'> {
  const { ownerPublicKey } = tenant;
  return { ownerPublicKey, today: dayOf(new Date()), maxSteps: limitOf(tenant, 'stepsPerJob') };
}

async function keepPrompt(
  store: ArtifactStore,
  accepted: Parameters<typeof writeSubmittedPrompt>[1],
  student: Manifest,
): Promise<Digest> {
  const parent = await mkdtemp(join(tmpdir(), 'softpost-submitted-'));
  try {
    const dir = join(parent, 'prompt');
    await writeSubmittedPrompt(dir, accepted, student);
    return await putFolder(store, dir);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

interface Accepted {
  readonly received: ReceivedSubmission;
  readonly decision: Decision;
  readonly artifact: Digest;
  readonly teacherId: string;
}

/** Submission, receipt and job are one transaction. A submission that was here before has its job already. */
function createJob(
  { db, jobs }: TransferParts,
  tenant: Tenant,
  { received, decision, artifact, teacherId }: Accepted,
): Promise<Job> {
  const { idempotencyKey, receipt, signedEnvelope, studentId, studentVersion } = received;
  const submissionId = randomUUID();
  return db.transaction().execute(async (trx) => {
    const job = await jobs.create(trx, {
      tenantId: tenant.id,
      kind: 'transfer',
      options: { submissionId, teacherId, ...decision.choices },
      idempotencyKey,
      // The envelope names all parts by their digests.
      request: signedEnvelope,
    });
    if (job.options['submissionId' as keyof object] !== submissionId) return job;
    const owned = { id: submissionId, tenantId: tenant.id };
    const parts = {
      studentId,
      studentVersion,
      promptArtifact: artifact,
      receipt,
      signedEnvelope,
      nonce: idempotencyKey,
    };
    await trx
      .insertInto('submissions')
      .values({ ...owned, ...parts, task: JSON.stringify(decision.task) })
      .execute();
    await trx.insertInto('receipts').values({ id: randomUUID(), tenantId: tenant.id, submissionId, receipt }).execute();
    return job;
  });
}
