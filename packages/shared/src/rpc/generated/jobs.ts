import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { CancelJobRequest as _softpost_v1_CancelJobRequest, CancelJobRequest__Output as _softpost_v1_CancelJobRequest__Output } from './softpost/v1/CancelJobRequest.ts';
import type { CancelJobResponse as _softpost_v1_CancelJobResponse, CancelJobResponse__Output as _softpost_v1_CancelJobResponse__Output } from './softpost/v1/CancelJobResponse.ts';
import type { GetJobRequest as _softpost_v1_GetJobRequest, GetJobRequest__Output as _softpost_v1_GetJobRequest__Output } from './softpost/v1/GetJobRequest.ts';
import type { GetJobResponse as _softpost_v1_GetJobResponse, GetJobResponse__Output as _softpost_v1_GetJobResponse__Output } from './softpost/v1/GetJobResponse.ts';
import type { Job as _softpost_v1_Job, Job__Output as _softpost_v1_Job__Output } from './softpost/v1/Job.ts';
import type { JobError as _softpost_v1_JobError, JobError__Output as _softpost_v1_JobError__Output } from './softpost/v1/JobError.ts';
import type { JobEvent as _softpost_v1_JobEvent, JobEvent__Output as _softpost_v1_JobEvent__Output } from './softpost/v1/JobEvent.ts';
import type { JobServiceClient as _softpost_v1_JobServiceClient, JobServiceDefinition as _softpost_v1_JobServiceDefinition } from './softpost/v1/JobService.ts';
import type { ListJobsRequest as _softpost_v1_ListJobsRequest, ListJobsRequest__Output as _softpost_v1_ListJobsRequest__Output } from './softpost/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _softpost_v1_ListJobsResponse, ListJobsResponse__Output as _softpost_v1_ListJobsResponse__Output } from './softpost/v1/ListJobsResponse.ts';
import type { WatchJobRequest as _softpost_v1_WatchJobRequest, WatchJobRequest__Output as _softpost_v1_WatchJobRequest__Output } from './softpost/v1/WatchJobRequest.ts';
import type { WatchJobResponse as _softpost_v1_WatchJobResponse, WatchJobResponse__Output as _softpost_v1_WatchJobResponse__Output } from './softpost/v1/WatchJobResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  softpost: {
    v1: {
      CancelJobRequest: MessageTypeDefinition<_softpost_v1_CancelJobRequest, _softpost_v1_CancelJobRequest__Output>
      CancelJobResponse: MessageTypeDefinition<_softpost_v1_CancelJobResponse, _softpost_v1_CancelJobResponse__Output>
      GetJobRequest: MessageTypeDefinition<_softpost_v1_GetJobRequest, _softpost_v1_GetJobRequest__Output>
      GetJobResponse: MessageTypeDefinition<_softpost_v1_GetJobResponse, _softpost_v1_GetJobResponse__Output>
      Job: MessageTypeDefinition<_softpost_v1_Job, _softpost_v1_Job__Output>
      JobError: MessageTypeDefinition<_softpost_v1_JobError, _softpost_v1_JobError__Output>
      JobEvent: MessageTypeDefinition<_softpost_v1_JobEvent, _softpost_v1_JobEvent__Output>
      JobKind: EnumTypeDefinition
      JobService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_JobServiceClient> & { service: _softpost_v1_JobServiceDefinition }
      JobState: EnumTypeDefinition
      Level: EnumTypeDefinition
      ListJobsRequest: MessageTypeDefinition<_softpost_v1_ListJobsRequest, _softpost_v1_ListJobsRequest__Output>
      ListJobsResponse: MessageTypeDefinition<_softpost_v1_ListJobsResponse, _softpost_v1_ListJobsResponse__Output>
      WatchJobRequest: MessageTypeDefinition<_softpost_v1_WatchJobRequest, _softpost_v1_WatchJobRequest__Output>
      WatchJobResponse: MessageTypeDefinition<_softpost_v1_WatchJobResponse, _softpost_v1_WatchJobResponse__Output>
    }
  }
}

