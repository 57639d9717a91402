/** @file TransferService: an owner's submission is checked, kept, and becomes a job, all or nothing. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '@softpost/shared/artifact/digest';
import { openManifest } from '@softpost/shared/manifest/signed-manifest';
import type { Manifest } from '@softpost/shared/manifest/manifest';
import { dayOf } from '@softpost/shared/signature/day';
import { keyIdOf, publicKeyText } from '@softpost/shared/signature/public-key';
import { publicDataset, type Catalog } from '../../jobs/catalog.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { checkRoom, createTransfer, findTransfer } from '../../jobs/transfer-request.ts';
import type { ArtifactStore } from '../../store/artifacts/artifact-store.ts';
import { putFolder } from '../../store/artifacts/stored-folder.ts';
import type { Db, Tenant } from '../../store/rows.ts';
import { getStudent } from '../../store/students.ts';
import { getTenant, limitOf } from '../../store/tenants.ts';
import type { PrivacyTerms, SubmissionTerms } from '../../submission/accept-submission.ts';
import type { Deciding } from '../../submission/deciding.ts';
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
  readonly deciding: Deciding;
}

export function transferService(service: TransferParts): ServiceOf<'TransferService', CallContext> {
  const { db, store, jobs, catalog, key, privacy, deciding } = service;
  return {
    CreateTransfer: async (request, call) => {
      const tenant = await getTenant(db, tenantIdOf(call));
      const received = receivedSubmission(request);
      const known = await findTransfer(db, tenant.id, received);
      if (known) return { job: jobMessage(known) };
      const { manifest, teacherId } = await getStudent(db, received.studentId, received.studentVersion);
      const student = ownManifest(manifest, received, key);
      const terms = { ...termsOf(tenant), providerKeyId: keyIdOf(publicKeyText(key)), student, privacy };
      const decision = await deciding.decide(tenant.id, { received, terms }, call.signal);
      const { datasetId } = decision.choices;
      if (datasetId !== undefined) publicDataset(catalog, datasetId);
      const { idempotencyKey, studentId, studentVersion, receipt, signedEnvelope } = received;
      await checkRoom(db, tenant, receipt);
      const job = await createTransfer(db, jobs, {
        tenantId: tenant.id,
        idempotencyKey,
        submission: {
          studentId,
          studentVersion,
          promptArtifact: await keepPrompt(store, { ...received, ...decision }, student),
          receipt,
          task: decision.task,
          signedEnvelope,
          // The envelope's own is the same, or it would have been refused.
          nonce: idempotencyKey,
        },
        options: { ...decision.choices, teacherId },
      });
      return { job: jobMessage(job) };
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

/** The bytes that were signed, as the folder that a transfer starts from. */
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
