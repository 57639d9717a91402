// Original file: ../../proto/softpost/v1/inference.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ClassifyRequest as _softpost_v1_ClassifyRequest, ClassifyRequest__Output as _softpost_v1_ClassifyRequest__Output } from '../../softpost/v1/ClassifyRequest.ts';
import type { ClassifyResponse as _softpost_v1_ClassifyResponse, ClassifyResponse__Output as _softpost_v1_ClassifyResponse__Output } from '../../softpost/v1/ClassifyResponse.ts';
import type { GenerateRequest as _softpost_v1_GenerateRequest, GenerateRequest__Output as _softpost_v1_GenerateRequest__Output } from '../../softpost/v1/GenerateRequest.ts';
import type { GenerateResponse as _softpost_v1_GenerateResponse, GenerateResponse__Output as _softpost_v1_GenerateResponse__Output } from '../../softpost/v1/GenerateResponse.ts';

export interface InferenceServiceClient extends grpc.Client {
  Classify(argument: _softpost_v1_ClassifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  Classify(argument: _softpost_v1_ClassifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  Classify(argument: _softpost_v1_ClassifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  Classify(argument: _softpost_v1_ClassifyRequest, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  classify(argument: _softpost_v1_ClassifyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  classify(argument: _softpost_v1_ClassifyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  classify(argument: _softpost_v1_ClassifyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  classify(argument: _softpost_v1_ClassifyRequest, callback: grpc.requestCallback<_softpost_v1_ClassifyResponse__Output>): grpc.ClientUnaryCall;
  
  Generate(argument: _softpost_v1_GenerateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_GenerateResponse__Output>;
  Generate(argument: _softpost_v1_GenerateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_GenerateResponse__Output>;
  generate(argument: _softpost_v1_GenerateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_GenerateResponse__Output>;
  generate(argument: _softpost_v1_GenerateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_softpost_v1_GenerateResponse__Output>;
  
}

export interface InferenceServiceHandlers extends grpc.UntypedServiceImplementation {
  Classify: grpc.handleUnaryCall<_softpost_v1_ClassifyRequest__Output, _softpost_v1_ClassifyResponse>;
  
  Generate: grpc.handleServerStreamingCall<_softpost_v1_GenerateRequest__Output, _softpost_v1_GenerateResponse>;
  
}

export interface InferenceServiceDefinition extends grpc.ServiceDefinition {
  Classify: MethodDefinition<_softpost_v1_ClassifyRequest, _softpost_v1_ClassifyResponse, _softpost_v1_ClassifyRequest__Output, _softpost_v1_ClassifyResponse__Output>
  Generate: MethodDefinition<_softpost_v1_GenerateRequest, _softpost_v1_GenerateResponse, _softpost_v1_GenerateRequest__Output, _softpost_v1_GenerateResponse__Output>
}
