import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { CancelJobRequest as _softpost_v1_CancelJobRequest, CancelJobRequest__Output as _softpost_v1_CancelJobRequest__Output } from './softpost/v1/CancelJobRequest.ts';
import type { CancelJobResponse as _softpost_v1_CancelJobResponse, CancelJobResponse__Output as _softpost_v1_CancelJobResponse__Output } from './softpost/v1/CancelJobResponse.ts';
import type { DeletePromptRequest as _softpost_v1_DeletePromptRequest, DeletePromptRequest__Output as _softpost_v1_DeletePromptRequest__Output } from './softpost/v1/DeletePromptRequest.ts';
import type { DeletePromptResponse as _softpost_v1_DeletePromptResponse, DeletePromptResponse__Output as _softpost_v1_DeletePromptResponse__Output } from './softpost/v1/DeletePromptResponse.ts';
import type { GetJobRequest as _softpost_v1_GetJobRequest, GetJobRequest__Output as _softpost_v1_GetJobRequest__Output } from './softpost/v1/GetJobRequest.ts';
import type { GetJobResponse as _softpost_v1_GetJobResponse, GetJobResponse__Output as _softpost_v1_GetJobResponse__Output } from './softpost/v1/GetJobResponse.ts';
import type { GetPromptRequest as _softpost_v1_GetPromptRequest, GetPromptRequest__Output as _softpost_v1_GetPromptRequest__Output } from './softpost/v1/GetPromptRequest.ts';
import type { GetPromptResponse as _softpost_v1_GetPromptResponse, GetPromptResponse__Output as _softpost_v1_GetPromptResponse__Output } from './softpost/v1/GetPromptResponse.ts';
import type { Job as _softpost_v1_Job, Job__Output as _softpost_v1_Job__Output } from './softpost/v1/Job.ts';
import type { JobError as _softpost_v1_JobError, JobError__Output as _softpost_v1_JobError__Output } from './softpost/v1/JobError.ts';
import type { JobEvent as _softpost_v1_JobEvent, JobEvent__Output as _softpost_v1_JobEvent__Output } from './softpost/v1/JobEvent.ts';
import type { JobServiceClient as _softpost_v1_JobServiceClient, JobServiceDefinition as _softpost_v1_JobServiceDefinition } from './softpost/v1/JobService.ts';
import type { ListJobsRequest as _softpost_v1_ListJobsRequest, ListJobsRequest__Output as _softpost_v1_ListJobsRequest__Output } from './softpost/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _softpost_v1_ListJobsResponse, ListJobsResponse__Output as _softpost_v1_ListJobsResponse__Output } from './softpost/v1/ListJobsResponse.ts';
import type { ListPromptsRequest as _softpost_v1_ListPromptsRequest, ListPromptsRequest__Output as _softpost_v1_ListPromptsRequest__Output } from './softpost/v1/ListPromptsRequest.ts';
import type { ListPromptsResponse as _softpost_v1_ListPromptsResponse, ListPromptsResponse__Output as _softpost_v1_ListPromptsResponse__Output } from './softpost/v1/ListPromptsResponse.ts';
import type { Prompt as _softpost_v1_Prompt, Prompt__Output as _softpost_v1_Prompt__Output } from './softpost/v1/Prompt.ts';
import type { PromptServiceClient as _softpost_v1_PromptServiceClient, PromptServiceDefinition as _softpost_v1_PromptServiceDefinition } from './softpost/v1/PromptService.ts';
import type { RetransferPromptRequest as _softpost_v1_RetransferPromptRequest, RetransferPromptRequest__Output as _softpost_v1_RetransferPromptRequest__Output } from './softpost/v1/RetransferPromptRequest.ts';
import type { RetransferPromptResponse as _softpost_v1_RetransferPromptResponse, RetransferPromptResponse__Output as _softpost_v1_RetransferPromptResponse__Output } from './softpost/v1/RetransferPromptResponse.ts';
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
      DeletePromptRequest: MessageTypeDefinition<_softpost_v1_DeletePromptRequest, _softpost_v1_DeletePromptRequest__Output>
      DeletePromptResponse: MessageTypeDefinition<_softpost_v1_DeletePromptResponse, _softpost_v1_DeletePromptResponse__Output>
      GetJobRequest: MessageTypeDefinition<_softpost_v1_GetJobRequest, _softpost_v1_GetJobRequest__Output>
      GetJobResponse: MessageTypeDefinition<_softpost_v1_GetJobResponse, _softpost_v1_GetJobResponse__Output>
      GetPromptRequest: MessageTypeDefinition<_softpost_v1_GetPromptRequest, _softpost_v1_GetPromptRequest__Output>
      GetPromptResponse: MessageTypeDefinition<_softpost_v1_GetPromptResponse, _softpost_v1_GetPromptResponse__Output>
      Job: MessageTypeDefinition<_softpost_v1_Job, _softpost_v1_Job__Output>
      JobError: MessageTypeDefinition<_softpost_v1_JobError, _softpost_v1_JobError__Output>
      JobEvent: MessageTypeDefinition<_softpost_v1_JobEvent, _softpost_v1_JobEvent__Output>
      JobKind: EnumTypeDefinition
      JobService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_JobServiceClient> & { service: _softpost_v1_JobServiceDefinition }
      JobState: EnumTypeDefinition
      Level: EnumTypeDefinition
      ListJobsRequest: MessageTypeDefinition<_softpost_v1_ListJobsRequest, _softpost_v1_ListJobsRequest__Output>
      ListJobsResponse: MessageTypeDefinition<_softpost_v1_ListJobsResponse, _softpost_v1_ListJobsResponse__Output>
      ListPromptsRequest: MessageTypeDefinition<_softpost_v1_ListPromptsRequest, _softpost_v1_ListPromptsRequest__Output>
      ListPromptsResponse: MessageTypeDefinition<_softpost_v1_ListPromptsResponse, _softpost_v1_ListPromptsResponse__Output>
      Prompt: MessageTypeDefinition<_softpost_v1_Prompt, _softpost_v1_Prompt__Output>
      PromptService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_PromptServiceClient> & { service: _softpost_v1_PromptServiceDefinition }
      RetransferPromptRequest: MessageTypeDefinition<_softpost_v1_RetransferPromptRequest, _softpost_v1_RetransferPromptRequest__Output>
      RetransferPromptResponse: MessageTypeDefinition<_softpost_v1_RetransferPromptResponse, _softpost_v1_RetransferPromptResponse__Output>
      WatchJobRequest: MessageTypeDefinition<_softpost_v1_WatchJobRequest, _softpost_v1_WatchJobRequest__Output>
      WatchJobResponse: MessageTypeDefinition<_softpost_v1_WatchJobResponse, _softpost_v1_WatchJobResponse__Output>
    }
  }
}

