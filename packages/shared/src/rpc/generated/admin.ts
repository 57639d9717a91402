import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AdminServiceClient as _softpost_v1_AdminServiceClient, AdminServiceDefinition as _softpost_v1_AdminServiceDefinition } from './softpost/v1/AdminService.ts';
import type { ApiKey as _softpost_v1_ApiKey, ApiKey__Output as _softpost_v1_ApiKey__Output } from './softpost/v1/ApiKey.ts';
import type { CancelJobRequest as _softpost_v1_CancelJobRequest, CancelJobRequest__Output as _softpost_v1_CancelJobRequest__Output } from './softpost/v1/CancelJobRequest.ts';
import type { CancelJobResponse as _softpost_v1_CancelJobResponse, CancelJobResponse__Output as _softpost_v1_CancelJobResponse__Output } from './softpost/v1/CancelJobResponse.ts';
import type { CreateApiKeyRequest as _softpost_v1_CreateApiKeyRequest, CreateApiKeyRequest__Output as _softpost_v1_CreateApiKeyRequest__Output } from './softpost/v1/CreateApiKeyRequest.ts';
import type { CreateApiKeyResponse as _softpost_v1_CreateApiKeyResponse, CreateApiKeyResponse__Output as _softpost_v1_CreateApiKeyResponse__Output } from './softpost/v1/CreateApiKeyResponse.ts';
import type { CreateDistillationRequest as _softpost_v1_CreateDistillationRequest, CreateDistillationRequest__Output as _softpost_v1_CreateDistillationRequest__Output } from './softpost/v1/CreateDistillationRequest.ts';
import type { CreateDistillationResponse as _softpost_v1_CreateDistillationResponse, CreateDistillationResponse__Output as _softpost_v1_CreateDistillationResponse__Output } from './softpost/v1/CreateDistillationResponse.ts';
import type { CreateEvaluationRequest as _softpost_v1_CreateEvaluationRequest, CreateEvaluationRequest__Output as _softpost_v1_CreateEvaluationRequest__Output } from './softpost/v1/CreateEvaluationRequest.ts';
import type { CreateEvaluationResponse as _softpost_v1_CreateEvaluationResponse, CreateEvaluationResponse__Output as _softpost_v1_CreateEvaluationResponse__Output } from './softpost/v1/CreateEvaluationResponse.ts';
import type { CreateTenantRequest as _softpost_v1_CreateTenantRequest, CreateTenantRequest__Output as _softpost_v1_CreateTenantRequest__Output } from './softpost/v1/CreateTenantRequest.ts';
import type { CreateTenantResponse as _softpost_v1_CreateTenantResponse, CreateTenantResponse__Output as _softpost_v1_CreateTenantResponse__Output } from './softpost/v1/CreateTenantResponse.ts';
import type { GetJobRequest as _softpost_v1_GetJobRequest, GetJobRequest__Output as _softpost_v1_GetJobRequest__Output } from './softpost/v1/GetJobRequest.ts';
import type { GetJobResponse as _softpost_v1_GetJobResponse, GetJobResponse__Output as _softpost_v1_GetJobResponse__Output } from './softpost/v1/GetJobResponse.ts';
import type { Job as _softpost_v1_Job, Job__Output as _softpost_v1_Job__Output } from './softpost/v1/Job.ts';
import type { JobError as _softpost_v1_JobError, JobError__Output as _softpost_v1_JobError__Output } from './softpost/v1/JobError.ts';
import type { JobEvent as _softpost_v1_JobEvent, JobEvent__Output as _softpost_v1_JobEvent__Output } from './softpost/v1/JobEvent.ts';
import type { JobServiceClient as _softpost_v1_JobServiceClient, JobServiceDefinition as _softpost_v1_JobServiceDefinition } from './softpost/v1/JobService.ts';
import type { ListApiKeysRequest as _softpost_v1_ListApiKeysRequest, ListApiKeysRequest__Output as _softpost_v1_ListApiKeysRequest__Output } from './softpost/v1/ListApiKeysRequest.ts';
import type { ListApiKeysResponse as _softpost_v1_ListApiKeysResponse, ListApiKeysResponse__Output as _softpost_v1_ListApiKeysResponse__Output } from './softpost/v1/ListApiKeysResponse.ts';
import type { ListJobsRequest as _softpost_v1_ListJobsRequest, ListJobsRequest__Output as _softpost_v1_ListJobsRequest__Output } from './softpost/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _softpost_v1_ListJobsResponse, ListJobsResponse__Output as _softpost_v1_ListJobsResponse__Output } from './softpost/v1/ListJobsResponse.ts';
import type { ListReceiptsRequest as _softpost_v1_ListReceiptsRequest, ListReceiptsRequest__Output as _softpost_v1_ListReceiptsRequest__Output } from './softpost/v1/ListReceiptsRequest.ts';
import type { ListReceiptsResponse as _softpost_v1_ListReceiptsResponse, ListReceiptsResponse__Output as _softpost_v1_ListReceiptsResponse__Output } from './softpost/v1/ListReceiptsResponse.ts';
import type { ListTenantsRequest as _softpost_v1_ListTenantsRequest, ListTenantsRequest__Output as _softpost_v1_ListTenantsRequest__Output } from './softpost/v1/ListTenantsRequest.ts';
import type { ListTenantsResponse as _softpost_v1_ListTenantsResponse, ListTenantsResponse__Output as _softpost_v1_ListTenantsResponse__Output } from './softpost/v1/ListTenantsResponse.ts';
import type { PublishStudentRequest as _softpost_v1_PublishStudentRequest, PublishStudentRequest__Output as _softpost_v1_PublishStudentRequest__Output } from './softpost/v1/PublishStudentRequest.ts';
import type { PublishStudentResponse as _softpost_v1_PublishStudentResponse, PublishStudentResponse__Output as _softpost_v1_PublishStudentResponse__Output } from './softpost/v1/PublishStudentResponse.ts';
import type { RevokeApiKeyRequest as _softpost_v1_RevokeApiKeyRequest, RevokeApiKeyRequest__Output as _softpost_v1_RevokeApiKeyRequest__Output } from './softpost/v1/RevokeApiKeyRequest.ts';
import type { RevokeApiKeyResponse as _softpost_v1_RevokeApiKeyResponse, RevokeApiKeyResponse__Output as _softpost_v1_RevokeApiKeyResponse__Output } from './softpost/v1/RevokeApiKeyResponse.ts';
import type { SetTenantLimitsRequest as _softpost_v1_SetTenantLimitsRequest, SetTenantLimitsRequest__Output as _softpost_v1_SetTenantLimitsRequest__Output } from './softpost/v1/SetTenantLimitsRequest.ts';
import type { SetTenantLimitsResponse as _softpost_v1_SetTenantLimitsResponse, SetTenantLimitsResponse__Output as _softpost_v1_SetTenantLimitsResponse__Output } from './softpost/v1/SetTenantLimitsResponse.ts';
import type { Tenant as _softpost_v1_Tenant, Tenant__Output as _softpost_v1_Tenant__Output } from './softpost/v1/Tenant.ts';
import type { TenantLimits as _softpost_v1_TenantLimits, TenantLimits__Output as _softpost_v1_TenantLimits__Output } from './softpost/v1/TenantLimits.ts';
import type { WatchJobRequest as _softpost_v1_WatchJobRequest, WatchJobRequest__Output as _softpost_v1_WatchJobRequest__Output } from './softpost/v1/WatchJobRequest.ts';
import type { WatchJobResponse as _softpost_v1_WatchJobResponse, WatchJobResponse__Output as _softpost_v1_WatchJobResponse__Output } from './softpost/v1/WatchJobResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  softpost: {
    v1: {
      AdminService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_AdminServiceClient> & { service: _softpost_v1_AdminServiceDefinition }
      ApiKey: MessageTypeDefinition<_softpost_v1_ApiKey, _softpost_v1_ApiKey__Output>
      CancelJobRequest: MessageTypeDefinition<_softpost_v1_CancelJobRequest, _softpost_v1_CancelJobRequest__Output>
      CancelJobResponse: MessageTypeDefinition<_softpost_v1_CancelJobResponse, _softpost_v1_CancelJobResponse__Output>
      CreateApiKeyRequest: MessageTypeDefinition<_softpost_v1_CreateApiKeyRequest, _softpost_v1_CreateApiKeyRequest__Output>
      CreateApiKeyResponse: MessageTypeDefinition<_softpost_v1_CreateApiKeyResponse, _softpost_v1_CreateApiKeyResponse__Output>
      CreateDistillationRequest: MessageTypeDefinition<_softpost_v1_CreateDistillationRequest, _softpost_v1_CreateDistillationRequest__Output>
      CreateDistillationResponse: MessageTypeDefinition<_softpost_v1_CreateDistillationResponse, _softpost_v1_CreateDistillationResponse__Output>
      CreateEvaluationRequest: MessageTypeDefinition<_softpost_v1_CreateEvaluationRequest, _softpost_v1_CreateEvaluationRequest__Output>
      CreateEvaluationResponse: MessageTypeDefinition<_softpost_v1_CreateEvaluationResponse, _softpost_v1_CreateEvaluationResponse__Output>
      CreateTenantRequest: MessageTypeDefinition<_softpost_v1_CreateTenantRequest, _softpost_v1_CreateTenantRequest__Output>
      CreateTenantResponse: MessageTypeDefinition<_softpost_v1_CreateTenantResponse, _softpost_v1_CreateTenantResponse__Output>
      GetJobRequest: MessageTypeDefinition<_softpost_v1_GetJobRequest, _softpost_v1_GetJobRequest__Output>
      GetJobResponse: MessageTypeDefinition<_softpost_v1_GetJobResponse, _softpost_v1_GetJobResponse__Output>
      Job: MessageTypeDefinition<_softpost_v1_Job, _softpost_v1_Job__Output>
      JobError: MessageTypeDefinition<_softpost_v1_JobError, _softpost_v1_JobError__Output>
      JobEvent: MessageTypeDefinition<_softpost_v1_JobEvent, _softpost_v1_JobEvent__Output>
      JobKind: EnumTypeDefinition
      JobService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_JobServiceClient> & { service: _softpost_v1_JobServiceDefinition }
      JobState: EnumTypeDefinition
      Level: EnumTypeDefinition
      ListApiKeysRequest: MessageTypeDefinition<_softpost_v1_ListApiKeysRequest, _softpost_v1_ListApiKeysRequest__Output>
      ListApiKeysResponse: MessageTypeDefinition<_softpost_v1_ListApiKeysResponse, _softpost_v1_ListApiKeysResponse__Output>
      ListJobsRequest: MessageTypeDefinition<_softpost_v1_ListJobsRequest, _softpost_v1_ListJobsRequest__Output>
      ListJobsResponse: MessageTypeDefinition<_softpost_v1_ListJobsResponse, _softpost_v1_ListJobsResponse__Output>
      ListReceiptsRequest: MessageTypeDefinition<_softpost_v1_ListReceiptsRequest, _softpost_v1_ListReceiptsRequest__Output>
      ListReceiptsResponse: MessageTypeDefinition<_softpost_v1_ListReceiptsResponse, _softpost_v1_ListReceiptsResponse__Output>
      ListTenantsRequest: MessageTypeDefinition<_softpost_v1_ListTenantsRequest, _softpost_v1_ListTenantsRequest__Output>
      ListTenantsResponse: MessageTypeDefinition<_softpost_v1_ListTenantsResponse, _softpost_v1_ListTenantsResponse__Output>
      PublishStudentRequest: MessageTypeDefinition<_softpost_v1_PublishStudentRequest, _softpost_v1_PublishStudentRequest__Output>
      PublishStudentResponse: MessageTypeDefinition<_softpost_v1_PublishStudentResponse, _softpost_v1_PublishStudentResponse__Output>
      RevokeApiKeyRequest: MessageTypeDefinition<_softpost_v1_RevokeApiKeyRequest, _softpost_v1_RevokeApiKeyRequest__Output>
      RevokeApiKeyResponse: MessageTypeDefinition<_softpost_v1_RevokeApiKeyResponse, _softpost_v1_RevokeApiKeyResponse__Output>
      Role: EnumTypeDefinition
      SetTenantLimitsRequest: MessageTypeDefinition<_softpost_v1_SetTenantLimitsRequest, _softpost_v1_SetTenantLimitsRequest__Output>
      SetTenantLimitsResponse: MessageTypeDefinition<_softpost_v1_SetTenantLimitsResponse, _softpost_v1_SetTenantLimitsResponse__Output>
      Tenant: MessageTypeDefinition<_softpost_v1_Tenant, _softpost_v1_Tenant__Output>
      TenantLimits: MessageTypeDefinition<_softpost_v1_TenantLimits, _softpost_v1_TenantLimits__Output>
      WatchJobRequest: MessageTypeDefinition<_softpost_v1_WatchJobRequest, _softpost_v1_WatchJobRequest__Output>
      WatchJobResponse: MessageTypeDefinition<_softpost_v1_WatchJobResponse, _softpost_v1_WatchJobResponse__Output>
    }
  }
}

