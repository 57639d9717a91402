// Original file: ../../proto/softpost/v1/prompts.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DeletePromptRequest as _softpost_v1_DeletePromptRequest, DeletePromptRequest__Output as _softpost_v1_DeletePromptRequest__Output } from '../../softpost/v1/DeletePromptRequest.ts';
import type { DeletePromptResponse as _softpost_v1_DeletePromptResponse, DeletePromptResponse__Output as _softpost_v1_DeletePromptResponse__Output } from '../../softpost/v1/DeletePromptResponse.ts';
import type { GetPromptRequest as _softpost_v1_GetPromptRequest, GetPromptRequest__Output as _softpost_v1_GetPromptRequest__Output } from '../../softpost/v1/GetPromptRequest.ts';
import type { GetPromptResponse as _softpost_v1_GetPromptResponse, GetPromptResponse__Output as _softpost_v1_GetPromptResponse__Output } from '../../softpost/v1/GetPromptResponse.ts';
import type { ListPromptsRequest as _softpost_v1_ListPromptsRequest, ListPromptsRequest__Output as _softpost_v1_ListPromptsRequest__Output } from '../../softpost/v1/ListPromptsRequest.ts';
import type { ListPromptsResponse as _softpost_v1_ListPromptsResponse, ListPromptsResponse__Output as _softpost_v1_ListPromptsResponse__Output } from '../../softpost/v1/ListPromptsResponse.ts';
import type { RetransferPromptRequest as _softpost_v1_RetransferPromptRequest, RetransferPromptRequest__Output as _softpost_v1_RetransferPromptRequest__Output } from '../../softpost/v1/RetransferPromptRequest.ts';
import type { RetransferPromptResponse as _softpost_v1_RetransferPromptResponse, RetransferPromptResponse__Output as _softpost_v1_RetransferPromptResponse__Output } from '../../softpost/v1/RetransferPromptResponse.ts';

export interface PromptServiceClient extends grpc.Client {
  DeletePrompt(argument: _softpost_v1_DeletePromptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  DeletePrompt(argument: _softpost_v1_DeletePromptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  DeletePrompt(argument: _softpost_v1_DeletePromptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  DeletePrompt(argument: _softpost_v1_DeletePromptRequest, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  deletePrompt(argument: _softpost_v1_DeletePromptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  deletePrompt(argument: _softpost_v1_DeletePromptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  deletePrompt(argument: _softpost_v1_DeletePromptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  deletePrompt(argument: _softpost_v1_DeletePromptRequest, callback: grpc.requestCallback<_softpost_v1_DeletePromptResponse__Output>): grpc.ClientUnaryCall;
  
  GetPrompt(argument: _softpost_v1_GetPromptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  GetPrompt(argument: _softpost_v1_GetPromptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  GetPrompt(argument: _softpost_v1_GetPromptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  GetPrompt(argument: _softpost_v1_GetPromptRequest, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  getPrompt(argument: _softpost_v1_GetPromptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  getPrompt(argument: _softpost_v1_GetPromptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  getPrompt(argument: _softpost_v1_GetPromptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  getPrompt(argument: _softpost_v1_GetPromptRequest, callback: grpc.requestCallback<_softpost_v1_GetPromptResponse__Output>): grpc.ClientUnaryCall;
  
  ListPrompts(argument: _softpost_v1_ListPromptsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  ListPrompts(argument: _softpost_v1_ListPromptsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  ListPrompts(argument: _softpost_v1_ListPromptsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  ListPrompts(argument: _softpost_v1_ListPromptsRequest, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  listPrompts(argument: _softpost_v1_ListPromptsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  listPrompts(argument: _softpost_v1_ListPromptsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  listPrompts(argument: _softpost_v1_ListPromptsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  listPrompts(argument: _softpost_v1_ListPromptsRequest, callback: grpc.requestCallback<_softpost_v1_ListPromptsResponse__Output>): grpc.ClientUnaryCall;
  
  RetransferPrompt(argument: _softpost_v1_RetransferPromptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  RetransferPrompt(argument: _softpost_v1_RetransferPromptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  RetransferPrompt(argument: _softpost_v1_RetransferPromptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  RetransferPrompt(argument: _softpost_v1_RetransferPromptRequest, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  retransferPrompt(argument: _softpost_v1_RetransferPromptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  retransferPrompt(argument: _softpost_v1_RetransferPromptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  retransferPrompt(argument: _softpost_v1_RetransferPromptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  retransferPrompt(argument: _softpost_v1_RetransferPromptRequest, callback: grpc.requestCallback<_softpost_v1_RetransferPromptResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface PromptServiceHandlers extends grpc.UntypedServiceImplementation {
  DeletePrompt: grpc.handleUnaryCall<_softpost_v1_DeletePromptRequest__Output, _softpost_v1_DeletePromptResponse>;
  
  GetPrompt: grpc.handleUnaryCall<_softpost_v1_GetPromptRequest__Output, _softpost_v1_GetPromptResponse>;
  
  ListPrompts: grpc.handleUnaryCall<_softpost_v1_ListPromptsRequest__Output, _softpost_v1_ListPromptsResponse>;
  
  RetransferPrompt: grpc.handleUnaryCall<_softpost_v1_RetransferPromptRequest__Output, _softpost_v1_RetransferPromptResponse>;
  
}

export interface PromptServiceDefinition extends grpc.ServiceDefinition {
  DeletePrompt: MethodDefinition<_softpost_v1_DeletePromptRequest, _softpost_v1_DeletePromptResponse, _softpost_v1_DeletePromptRequest__Output, _softpost_v1_DeletePromptResponse__Output>
  GetPrompt: MethodDefinition<_softpost_v1_GetPromptRequest, _softpost_v1_GetPromptResponse, _softpost_v1_GetPromptRequest__Output, _softpost_v1_GetPromptResponse__Output>
  ListPrompts: MethodDefinition<_softpost_v1_ListPromptsRequest, _softpost_v1_ListPromptsResponse, _softpost_v1_ListPromptsRequest__Output, _softpost_v1_ListPromptsResponse__Output>
  RetransferPrompt: MethodDefinition<_softpost_v1_RetransferPromptRequest, _softpost_v1_RetransferPromptResponse, _softpost_v1_RetransferPromptRequest__Output, _softpost_v1_RetransferPromptResponse__Output>
}
