// Original file: ../../proto/softpost/v1/transfers.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CreateTransferRequest as _softpost_v1_CreateTransferRequest, CreateTransferRequest__Output as _softpost_v1_CreateTransferRequest__Output } from '../../softpost/v1/CreateTransferRequest.ts';
import type { CreateTransferResponse as _softpost_v1_CreateTransferResponse, CreateTransferResponse__Output as _softpost_v1_CreateTransferResponse__Output } from '../../softpost/v1/CreateTransferResponse.ts';

export interface TransferServiceClient extends grpc.Client {
  CreateTransfer(argument: _softpost_v1_CreateTransferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  CreateTransfer(argument: _softpost_v1_CreateTransferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  CreateTransfer(argument: _softpost_v1_CreateTransferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  CreateTransfer(argument: _softpost_v1_CreateTransferRequest, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _softpost_v1_CreateTransferRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _softpost_v1_CreateTransferRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _softpost_v1_CreateTransferRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  createTransfer(argument: _softpost_v1_CreateTransferRequest, callback: grpc.requestCallback<_softpost_v1_CreateTransferResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface TransferServiceHandlers extends grpc.UntypedServiceImplementation {
  CreateTransfer: grpc.handleUnaryCall<_softpost_v1_CreateTransferRequest__Output, _softpost_v1_CreateTransferResponse>;
  
}

export interface TransferServiceDefinition extends grpc.ServiceDefinition {
  CreateTransfer: MethodDefinition<_softpost_v1_CreateTransferRequest, _softpost_v1_CreateTransferResponse, _softpost_v1_CreateTransferRequest__Output, _softpost_v1_CreateTransferResponse__Output>
}
