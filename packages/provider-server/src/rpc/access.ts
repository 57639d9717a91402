/** @file Which roles may call which method: one table of all methods. A method without a row does not compile, nor start. */

import { methodPaths } from '@softpost/shared/rpc/definitions';
import type { MethodPath } from '@softpost/shared/rpc/methods';
import type { Role } from '../auth/caller.ts';

const everyone = ['owner', 'operator', 'auditor'] as const;
const ownersAndOperators = ['owner', 'operator'] as const;
const owners = ['owner'] as const;
const operators = ['operator'] as const;
const auditors = ['auditor', 'operator'] as const;

const ACCESS: Readonly<Record<MethodPath, readonly Role[]>> = {
  '/softpost.v1.StudentService/ListStudents': everyone,
  '/softpost.v1.StudentService/GetStudent': everyone,
  '/softpost.v1.StudentService/DownloadStudent': ownersAndOperators,
  '/softpost.v1.StudentService/GetLogConsistency': everyone,
  '/softpost.v1.PublicDataService/ListPublicDatasets': ownersAndOperators,
  '/softpost.v1.TransferService/CreateTransfer': owners,
  // An owner's own jobs; for an operator all.
  '/softpost.v1.JobService/GetJob': ownersAndOperators,
  '/softpost.v1.JobService/ListJobs': ownersAndOperators,
  '/softpost.v1.JobService/WatchJob': ownersAndOperators,
  '/softpost.v1.JobService/CancelJob': ownersAndOperators,
  '/softpost.v1.PromptService/ListPrompts': owners,
  '/softpost.v1.PromptService/GetPrompt': owners,
  '/softpost.v1.PromptService/DeletePrompt': owners,
  '/softpost.v1.PromptService/RetransferPrompt': owners,
  '/softpost.v1.InferenceService/Classify': owners,
  '/softpost.v1.InferenceService/Generate': owners,
  '/softpost.v1.AdminService/CreateTenant': operators,
  '/softpost.v1.AdminService/ListTenants': auditors,
  '/softpost.v1.AdminService/SetTenantLimits': operators,
  '/softpost.v1.AdminService/CreateApiKey': operators,
  '/softpost.v1.AdminService/ListApiKeys': operators,
  '/softpost.v1.AdminService/RevokeApiKey': operators,
  '/softpost.v1.AdminService/CreateDistillation': operators,
  '/softpost.v1.AdminService/PublishStudent': operators,
  '/softpost.v1.AdminService/CreateEvaluation': operators,
  '/softpost.v1.AdminService/ListReceipts': auditors,
};

/** Methods that are not ours. Whether the provider is well may be asked without a key; nothing else may. */
const STANDARD: Readonly<Record<string, readonly Role[] | 'anyone'>> = {
  '/grpc.health.v1.Health/Check': 'anyone',
  '/grpc.health.v1.Health/Watch': operators,
  '/grpc.health.v1.Health/List': operators,
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': operators,
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': operators,
};

const access = new Map<string, readonly Role[] | 'anyone'>(Object.entries({ ...ACCESS, ...STANDARD }));
const forgotten = methodPaths().filter((path) => !access.has(path));
if (forgotten.length > 0) throw new Error(`no roles for ${forgotten.join(', ')}`);

/** Nobody may call what is not in the table. */
export function rolesOf(path: string): readonly Role[] | 'anyone' {
  return access.get(path) ?? [];
}
