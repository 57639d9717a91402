// Original file: ../../proto/softpost/v1/admin.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CreateApiKeyRequest as _softpost_v1_CreateApiKeyRequest, CreateApiKeyRequest__Output as _softpost_v1_CreateApiKeyRequest__Output } from '../../softpost/v1/CreateApiKeyRequest.ts';
import type { CreateApiKeyResponse as _softpost_v1_CreateApiKeyResponse, CreateApiKeyResponse__Output as _softpost_v1_CreateApiKeyResponse__Output } from '../../softpost/v1/CreateApiKeyResponse.ts';
import type { CreateDistillationRequest as _softpost_v1_CreateDistillationRequest, CreateDistillationRequest__Output as _softpost_v1_CreateDistillationRequest__Output } from '../../softpost/v1/CreateDistillationRequest.ts';
import type { CreateDistillationResponse as _softpost_v1_CreateDistillationResponse, CreateDistillationResponse__Output as _softpost_v1_CreateDistillationResponse__Output } from '../../softpost/v1/CreateDistillationResponse.ts';
import type { CreateEvaluationRequest as _softpost_v1_CreateEvaluationRequest, CreateEvaluationRequest__Output as _softpost_v1_CreateEvaluationRequest__Output } from '../../softpost/v1/CreateEvaluationRequest.ts';
import type { CreateEvaluationResponse as _softpost_v1_CreateEvaluationResponse, CreateEvaluationResponse__Output as _softpost_v1_CreateEvaluationResponse__Output } from '../../softpost/v1/CreateEvaluationResponse.ts';
import type { CreateTenantRequest as _softpost_v1_CreateTenantRequest, CreateTenantRequest__Output as _softpost_v1_CreateTenantRequest__Output } from '../../softpost/v1/CreateTenantRequest.ts';
import type { CreateTenantResponse as _softpost_v1_CreateTenantResponse, CreateTenantResponse__Output as _softpost_v1_CreateTenantResponse__Output } from '../../softpost/v1/CreateTenantResponse.ts';
import type { ListApiKeysRequest as _softpost_v1_ListApiKeysRequest, ListApiKeysRequest__Output as _softpost_v1_ListApiKeysRequest__Output } from '../../softpost/v1/ListApiKeysRequest.ts';
import type { ListApiKeysResponse as _softpost_v1_ListApiKeysResponse, ListApiKeysResponse__Output as _softpost_v1_ListApiKeysResponse__Output } from '../../softpost/v1/ListApiKeysResponse.ts';
import type { ListReceiptsRequest as _softpost_v1_ListReceiptsRequest, ListReceiptsRequest__Output as _softpost_v1_ListReceiptsRequest__Output } from '../../softpost/v1/ListReceiptsRequest.ts';
import type { ListReceiptsResponse as _softpost_v1_ListReceiptsResponse, ListReceiptsResponse__Output as _softpost_v1_ListReceiptsResponse__Output } from '../../softpost/v1/ListReceiptsResponse.ts';
import type { ListTenantsRequest as _softpost_v1_ListTenantsRequest, ListTenantsRequest__Output as _softpost_v1_ListTenantsRequest__Output } from '../../softpost/v1/ListTenantsRequest.ts';
import type { ListTenantsResponse as _softpost_v1_ListTenantsResponse, ListTenantsResponse__Output as _softpost_v1_ListTenantsResponse__Output } from '../../softpost/v1/ListTenantsResponse.ts';
import type { PublishStudentRequest as _softpost_v1_PublishStudentRequest, PublishStudentRequest__Output as _softpost_v1_PublishStudentRequest__Output } from '../../softpost/v1/PublishStudentRequest.ts';
import type { PublishStudentResponse as _softpost_v1_PublishStudentResponse, PublishStudentResponse__Output as _softpost_v1_PublishStudentResponse__Output } from '../../softpost/v1/PublishStudentResponse.ts';
import type { RevokeApiKeyRequest as _softpost_v1_RevokeApiKeyRequest, RevokeApiKeyRequest__Output as _softpost_v1_RevokeApiKeyRequest__Output } from '../../softpost/v1/RevokeApiKeyRequest.ts';
import type { RevokeApiKeyResponse as _softpost_v1_RevokeApiKeyResponse, RevokeApiKeyResponse__Output as _softpost_v1_RevokeApiKeyResponse__Output } from '../../softpost/v1/RevokeApiKeyResponse.ts';
import type { SetTenantLimitsRequest as _softpost_v1_SetTenantLimitsRequest, SetTenantLimitsRequest__Output as _softpost_v1_SetTenantLimitsRequest__Output } from '../../softpost/v1/SetTenantLimitsRequest.ts';
import type { SetTenantLimitsResponse as _softpost_v1_SetTenantLimitsResponse, SetTenantLimitsResponse__Output as _softpost_v1_SetTenantLimitsResponse__Output } from '../../softpost/v1/SetTenantLimitsResponse.ts';

export interface AdminServiceClient extends grpc.Client {
  CreateApiKey(argument: _softpost_v1_CreateApiKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  CreateApiKey(argument: _softpost_v1_CreateApiKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  CreateApiKey(argument: _softpost_v1_CreateApiKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  CreateApiKey(argument: _softpost_v1_CreateApiKeyRequest, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  createApiKey(argument: _softpost_v1_CreateApiKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  createApiKey(argument: _softpost_v1_CreateApiKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  createApiKey(argument: _softpost_v1_CreateApiKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  createApiKey(argument: _softpost_v1_CreateApiKeyRequest, callback: grpc.requestCallback<_softpost_v1_CreateApiKeyResponse__Output>): grpc.ClientUnaryCall;
  
  CreateDistillation(argument: _softpost_v1_CreateDistillationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  CreateDistillation(argument: _softpost_v1_CreateDistillationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  CreateDistillation(argument: _softpost_v1_CreateDistillationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  CreateDistillation(argument: _softpost_v1_CreateDistillationRequest, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  createDistillation(argument: _softpost_v1_CreateDistillationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  createDistillation(argument: _softpost_v1_CreateDistillationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  createDistillation(argument: _softpost_v1_CreateDistillationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  createDistillation(argument: _softpost_v1_CreateDistillationRequest, callback: grpc.requestCallback<_softpost_v1_CreateDistillationResponse__Output>): grpc.ClientUnaryCall;
  
  CreateEvaluation(argument: _softpost_v1_CreateEvaluationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  CreateEvaluation(argument: _softpost_v1_CreateEvaluationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  CreateEvaluation(argument: _softpost_v1_CreateEvaluationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  CreateEvaluation(argument: _softpost_v1_CreateEvaluationRequest, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  createEvaluation(argument: _softpost_v1_CreateEvaluationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  createEvaluation(argument: _softpost_v1_CreateEvaluationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  createEvaluation(argument: _softpost_v1_CreateEvaluationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  createEvaluation(argument: _softpost_v1_CreateEvaluationRequest, callback: grpc.requestCallback<_softpost_v1_CreateEvaluationResponse__Output>): grpc.ClientUnaryCall;
  
  CreateTenant(argument: _softpost_v1_CreateTenantRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  CreateTenant(argument: _softpost_v1_CreateTenantRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  CreateTenant(argument: _softpost_v1_CreateTenantRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  CreateTenant(argument: _softpost_v1_CreateTenantRequest, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  createTenant(argument: _softpost_v1_CreateTenantRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  createTenant(argument: _softpost_v1_CreateTenantRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  createTenant(argument: _softpost_v1_CreateTenantRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  createTenant(argument: _softpost_v1_CreateTenantRequest, callback: grpc.requestCallback<_softpost_v1_CreateTenantResponse__Output>): grpc.ClientUnaryCall;
  
  ListApiKeys(argument: _softpost_v1_ListApiKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  ListApiKeys(argument: _softpost_v1_ListApiKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  ListApiKeys(argument: _softpost_v1_ListApiKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  ListApiKeys(argument: _softpost_v1_ListApiKeysRequest, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  listApiKeys(argument: _softpost_v1_ListApiKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  listApiKeys(argument: _softpost_v1_ListApiKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  listApiKeys(argument: _softpost_v1_ListApiKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  listApiKeys(argument: _softpost_v1_ListApiKeysRequest, callback: grpc.requestCallback<_softpost_v1_ListApiKeysResponse__Output>): grpc.ClientUnaryCall;
  
  ListReceipts(argument: _softpost_v1_ListReceiptsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  ListReceipts(argument: _softpost_v1_ListReceiptsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  ListReceipts(argument: _softpost_v1_ListReceiptsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  ListReceipts(argument: _softpost_v1_ListReceiptsRequest, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  listReceipts(argument: _softpost_v1_ListReceiptsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  listReceipts(argument: _softpost_v1_ListReceiptsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  listReceipts(argument: _softpost_v1_ListReceiptsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  listReceipts(argument: _softpost_v1_ListReceiptsRequest, callback: grpc.requestCallback<_softpost_v1_ListReceiptsResponse__Output>): grpc.ClientUnaryCall;
  
  ListTenants(argument: _softpost_v1_ListTenantsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  ListTenants(argument: _softpost_v1_ListTenantsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  ListTenants(argument: _softpost_v1_ListTenantsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  ListTenants(argument: _softpost_v1_ListTenantsRequest, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  listTenants(argument: _softpost_v1_ListTenantsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  listTenants(argument: _softpost_v1_ListTenantsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  listTenants(argument: _softpost_v1_ListTenantsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  listTenants(argument: _softpost_v1_ListTenantsRequest, callback: grpc.requestCallback<_softpost_v1_ListTenantsResponse__Output>): grpc.ClientUnaryCall;
  
  PublishStudent(argument: _softpost_v1_PublishStudentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  PublishStudent(argument: _softpost_v1_PublishStudentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  PublishStudent(argument: _softpost_v1_PublishStudentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  PublishStudent(argument: _softpost_v1_PublishStudentRequest, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  publishStudent(argument: _softpost_v1_PublishStudentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  publishStudent(argument: _softpost_v1_PublishStudentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  publishStudent(argument: _softpost_v1_PublishStudentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  publishStudent(argument: _softpost_v1_PublishStudentRequest, callback: grpc.requestCallback<_softpost_v1_PublishStudentResponse__Output>): grpc.ClientUnaryCall;
  
  RevokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  RevokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  RevokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  RevokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  revokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  revokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  revokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  revokeApiKey(argument: _softpost_v1_RevokeApiKeyRequest, callback: grpc.requestCallback<_softpost_v1_RevokeApiKeyResponse__Output>): grpc.ClientUnaryCall;
  
  SetTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  SetTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  SetTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  SetTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  setTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  setTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  setTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  setTenantLimits(argument: _softpost_v1_SetTenantLimitsRequest, callback: grpc.requestCallback<_softpost_v1_SetTenantLimitsResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface AdminServiceHandlers extends grpc.UntypedServiceImplementation {
  CreateApiKey: grpc.handleUnaryCall<_softpost_v1_CreateApiKeyRequest__Output, _softpost_v1_CreateApiKeyResponse>;
  
  CreateDistillation: grpc.handleUnaryCall<_softpost_v1_CreateDistillationRequest__Output, _softpost_v1_CreateDistillationResponse>;
  
  CreateEvaluation: grpc.handleUnaryCall<_softpost_v1_CreateEvaluationRequest__Output, _softpost_v1_CreateEvaluationResponse>;
  
  CreateTenant: grpc.handleUnaryCall<_softpost_v1_CreateTenantRequest__Output, _softpost_v1_CreateTenantResponse>;
  
  ListApiKeys: grpc.handleUnaryCall<_softpost_v1_ListApiKeysRequest__Output, _softpost_v1_ListApiKeysResponse>;
  
  ListReceipts: grpc.handleUnaryCall<_softpost_v1_ListReceiptsRequest__Output, _softpost_v1_ListReceiptsResponse>;
  
  ListTenants: grpc.handleUnaryCall<_softpost_v1_ListTenantsRequest__Output, _softpost_v1_ListTenantsResponse>;
  
  PublishStudent: grpc.handleUnaryCall<_softpost_v1_PublishStudentRequest__Output, _softpost_v1_PublishStudentResponse>;
  
  RevokeApiKey: grpc.handleUnaryCall<_softpost_v1_RevokeApiKeyRequest__Output, _softpost_v1_RevokeApiKeyResponse>;
  
  SetTenantLimits: grpc.handleUnaryCall<_softpost_v1_SetTenantLimitsRequest__Output, _softpost_v1_SetTenantLimitsResponse>;
  
}

export interface AdminServiceDefinition extends grpc.ServiceDefinition {
  CreateApiKey: MethodDefinition<_softpost_v1_CreateApiKeyRequest, _softpost_v1_CreateApiKeyResponse, _softpost_v1_CreateApiKeyRequest__Output, _softpost_v1_CreateApiKeyResponse__Output>
  CreateDistillation: MethodDefinition<_softpost_v1_CreateDistillationRequest, _softpost_v1_CreateDistillationResponse, _softpost_v1_CreateDistillationRequest__Output, _softpost_v1_CreateDistillationResponse__Output>
  CreateEvaluation: MethodDefinition<_softpost_v1_CreateEvaluationRequest, _softpost_v1_CreateEvaluationResponse, _softpost_v1_CreateEvaluationRequest__Output, _softpost_v1_CreateEvaluationResponse__Output>
  CreateTenant: MethodDefinition<_softpost_v1_CreateTenantRequest, _softpost_v1_CreateTenantResponse, _softpost_v1_CreateTenantRequest__Output, _softpost_v1_CreateTenantResponse__Output>
  ListApiKeys: MethodDefinition<_softpost_v1_ListApiKeysRequest, _softpost_v1_ListApiKeysResponse, _softpost_v1_ListApiKeysRequest__Output, _softpost_v1_ListApiKeysResponse__Output>
  ListReceipts: MethodDefinition<_softpost_v1_ListReceiptsRequest, _softpost_v1_ListReceiptsResponse, _softpost_v1_ListReceiptsRequest__Output, _softpost_v1_ListReceiptsResponse__Output>
  ListTenants: MethodDefinition<_softpost_v1_ListTenantsRequest, _softpost_v1_ListTenantsResponse, _softpost_v1_ListTenantsRequest__Output, _softpost_v1_ListTenantsResponse__Output>
  PublishStudent: MethodDefinition<_softpost_v1_PublishStudentRequest, _softpost_v1_PublishStudentResponse, _softpost_v1_PublishStudentRequest__Output, _softpost_v1_PublishStudentResponse__Output>
  RevokeApiKey: MethodDefinition<_softpost_v1_RevokeApiKeyRequest, _softpost_v1_RevokeApiKeyResponse, _softpost_v1_RevokeApiKeyRequest__Output, _softpost_v1_RevokeApiKeyResponse__Output>
  SetTenantLimits: MethodDefinition<_softpost_v1_SetTenantLimitsRequest, _softpost_v1_SetTenantLimitsResponse, _softpost_v1_SetTenantLimitsRequest__Output, _softpost_v1_SetTenantLimitsResponse__Output>
}
