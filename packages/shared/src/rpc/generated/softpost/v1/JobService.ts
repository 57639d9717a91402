// Original file: ../../proto/softpost/v1/jobs.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CancelJobRequest as _softpost_v1_CancelJobRequest, CancelJobRequest__Output as _softpost_v1_CancelJobRequest__Output } from '../../softpost/v1/CancelJobRequest.ts';
import type { CancelJobResponse as _softpost_v1_CancelJobResponse, CancelJobResponse__Output as _softpost_v1_CancelJobResponse__Output } from '../../softpost/v1/CancelJobResponse.ts';
import type { GetJobRequest as _softpost_v1_GetJobRequest, GetJobRequest__Output as _softpost_v1_GetJobRequest__Output } from '../../softpost/v1/GetJobRequest.ts';
import type { GetJobResponse as _softpost_v1_GetJobResponse, GetJobResponse__Output as _softpost_v1_GetJobResponse__Output } from '../../softpost/v1/GetJobResponse.ts';
import type { ListJobsRequest as _softpost_v1_ListJobsRequest, ListJobsRequest__Output as _softpost_v1_ListJobsRequest__Output } from '../../softpost/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _softpost_v1_ListJobsResponse, ListJobsResponse__Output as _softpost_v1_ListJobsResponse__Output } from '../../softpost/v1/ListJobsResponse.ts';
import type { WatchJobRequest as _softpost_v1_WatchJobRequest, WatchJobRequest__Output as _softpost_v1_WatchJobRequest__Output } from '../../softpost/v1/WatchJobRequest.ts';
import type { WatchJobResponse as _softpost_v1_WatchJobResponse, WatchJobResponse__Output as _softpost_v1_WatchJobResponse__Output } from '../../softpost/v1/WatchJobResponse.ts';

export interface JobServiceClient extends grpc.Client {
  CancelJob(argument: _softpost_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _softpost_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _softpost_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _softpost_v1_CancelJobRequest, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _softpost_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _softpost_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _softpost_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _softpost_v1_CancelJobRequest, callback: grpc.requestCallback<_softpost_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  
  GetJob(argument: _softpost_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _softpost_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _softpost_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _softpost_v1_GetJobRequest, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _softpost_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _softpost_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _softpost_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _softpost_v1_GetJobRequest, callback: grpc.requestCallback<_softpost_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  
  ListJobs(argument: _softpost_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _softpost_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _softpost_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _softpost_v1_ListJobsRequest, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _softpost_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _softpost_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _softpost_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _softpost_v1_ListJobsRequest, callback: grpc.requestCallback<_softpost_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  
  WatchJob(argument: _softpost_v1_WatchJobRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_WatchJobResponse__Output>;
  WatchJob(argument: _softpost_v1_WatchJobRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_WatchJobResponse__Output>;
  watchJob(argument: _softpost_v1_WatchJobRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_WatchJobResponse__Output>;
  watchJob(argument: _softpost_v1_WatchJobRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_WatchJobResponse__Output>;
  
}

export interface JobServiceHandlers extends grpc.UntypedServiceImplementation {
  CancelJob: grpc.handleUnaryCall<_softpost_v1_CancelJobRequest__Output, _softpost_v1_CancelJobResponse>;
  
  GetJob: grpc.handleUnaryCall<_softpost_v1_GetJobRequest__Output, _softpost_v1_GetJobResponse>;
  
  ListJobs: grpc.handleUnaryCall<_softpost_v1_ListJobsRequest__Output, _softpost_v1_ListJobsResponse>;
  
  WatchJob: grpc.handleServerStreamingCall<_softpost_v1_WatchJobRequest__Output, _softpost_v1_WatchJobResponse>;
  
}

export interface JobServiceDefinition extends grpc.ServiceDefinition {
  CancelJob: MethodDefinition<_softpost_v1_CancelJobRequest, _softpost_v1_CancelJobResponse, _softpost_v1_CancelJobRequest__Output, _softpost_v1_CancelJobResponse__Output>
  GetJob: MethodDefinition<_softpost_v1_GetJobRequest, _softpost_v1_GetJobResponse, _softpost_v1_GetJobRequest__Output, _softpost_v1_GetJobResponse__Output>
  ListJobs: MethodDefinition<_softpost_v1_ListJobsRequest, _softpost_v1_ListJobsResponse, _softpost_v1_ListJobsRequest__Output, _softpost_v1_ListJobsResponse__Output>
  WatchJob: MethodDefinition<_softpost_v1_WatchJobRequest, _softpost_v1_WatchJobResponse, _softpost_v1_WatchJobRequest__Output, _softpost_v1_WatchJobResponse__Output>
}
