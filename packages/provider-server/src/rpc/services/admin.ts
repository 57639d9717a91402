/** @file AdminService: what an operator does. */

import type { ServiceOf } from '@softpost/shared/rpc/methods';
import type { CallContext } from '../gate.ts';
import { SoftpostError } from '@softpost/shared/errors';
import { publicKeyFromPem } from '@softpost/shared/signature/public-key';
import type { Role__Output as RoleName } from '@softpost/shared/rpc/generated/softpost/v1/Role';
import { publicDataset, teacherFolder, type Catalog } from '../../jobs/catalog.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '../../store/api-keys.ts';
import { listReceipts } from '../../store/receipts.ts';
import { ROLES, type Db, type Role } from '../../store/rows.ts';
import { createTenant, getTenant, listTenants, setTenantLimits } from '../../store/tenants.ts';
import { hashSecret, formatApiKey, newSecret } from '../../auth/api-key.ts';
import { apiKeyMessage, jobMessage, ROLE_NAMES, tenantMessage } from '../messages.ts';

export function adminService(db: Db, jobs: Jobs, catalog: Catalog): ServiceOf<'AdminService', CallContext> {
  return {
    CreateTenant: async ({ tenant }) => {
      if (!tenant || !/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(tenant.name))
        throw new SoftpostError(
          'BAD_OPTION',
          'tenant.name: expected 1 to 100 letters, digits, spaces, dots and dashes',
        );
      publicKeyFromPem(tenant.ownerPublicKey, 'tenant.owner_public_key');
      const { name, ownerPublicKey, certificateDigest, limits } = tenant;
      if (!/^(sha256:[0-9a-f]{64})?$/.test(certificateDigest))
        throw new SoftpostError('BAD_OPTION', 'tenant.certificate_digest: expected sha256: and 64 hexadecimal digits');
      const made = { name, ownerPublicKey, certificateDigest: certificateDigest || null, limits: limits ?? {} };
      return { tenant: tenantMessage(await createTenant(db, made)) };
    },
    SetTenantLimits: async ({ tenantId, limits }) => ({
      tenant: tenantMessage(await setTenantLimits(db, tenantId, limits ?? {})),
    }),
    ListTenants: async () => ({ tenants: (await listTenants(db)).map(tenantMessage) }),

    CreateApiKey: async ({ tenantId, role: name }) => {
      const role = roleOf(name);
      if ((role === 'owner') !== (tenantId !== ''))
        throw new SoftpostError(
          'BAD_OPTION',
          'tenant_id: keys of owners have one, keys of operators and auditors none',
        );
      const secret = newSecret();
      const key = await createApiKey(db, { tenantId: tenantId || null, role, secretHash: await hashSecret(secret) });
      return { apiKey: apiKeyMessage(key), secret: formatApiKey({ id: key.id, secret }) };
    },
    ListApiKeys: async ({ tenantId }) => {
      const owner = tenantId === '' ? null : (await getTenant(db, tenantId)).id;
      return { apiKeys: (await listApiKeys(db, owner)).map(apiKeyMessage) };
    },
    RevokeApiKey: async ({ keyId }) => {
      await revokeApiKey(db, keyId);
      return {};
    },

    CreateDistillation: async ({ idempotencyKey, layers, steps, seed, ...names }) => {
      const { teacherId, datasetId, studentId } = names;
      teacherFolder(catalog, teacherId);
      publicDataset(catalog, datasetId);
      const choices = { ...(layers.length > 0 ? { layers } : {}), ...(steps > 0 ? { steps } : {}), seed };
      const options = { teacherId, datasetId, studentId, ...choices };
      return { job: jobMessage(await jobs.create(db, { tenantId: null, kind: 'distill', options, idempotencyKey })) };
    },
    PublishStudent: async ({ idempotencyKey, jobId, validDays }) => {
      const options = { distillJobId: jobId, validDays: validDays || 365 };
      return { job: jobMessage(await jobs.create(db, { tenantId: null, kind: 'publish', options, idempotencyKey })) };
    },
    CreateEvaluation: async ({ idempotencyKey, teacherId, promptId, datasetId }) => {
      if (promptId !== '') throw new SoftpostError('BAD_OPTION', 'prompt_id: prompts belong to their tenants');
      teacherFolder(catalog, teacherId);
      publicDataset(catalog, datasetId);
      const options = { teacherId, datasetId };
      return { job: jobMessage(await jobs.create(db, { tenantId: null, kind: 'evaluate', options, idempotencyKey })) };
    },

    ListReceipts: async ({ tenantId, pageSize, pageToken }) => {
      const { rows, nextPageToken } = await listReceipts(db, tenantId, { pageSize, pageToken });
      return { receipts: rows.map(({ receipt }) => receipt), nextPageToken };
    },
  };
}

function roleOf(name: RoleName): Role {
  const role = ROLES.find((known) => ROLE_NAMES[known] === name);
  if (role) return role;
  throw new SoftpostError('BAD_OPTION', 'role: expected owner, operator or auditor');
}
