// Original file: ../../proto/softpost/v1/public_data.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ListPublicDatasetsRequest as _softpost_v1_ListPublicDatasetsRequest, ListPublicDatasetsRequest__Output as _softpost_v1_ListPublicDatasetsRequest__Output } from '../../softpost/v1/ListPublicDatasetsRequest.ts';
import type { ListPublicDatasetsResponse as _softpost_v1_ListPublicDatasetsResponse, ListPublicDatasetsResponse__Output as _softpost_v1_ListPublicDatasetsResponse__Output } from '../../softpost/v1/ListPublicDatasetsResponse.ts';

export interface PublicDataServiceClient extends grpc.Client {
  ListPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  ListPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  ListPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  ListPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  listPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  listPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  listPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  listPublicDatasets(argument: _softpost_v1_ListPublicDatasetsRequest, callback: grpc.requestCallback<_softpost_v1_ListPublicDatasetsResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface PublicDataServiceHandlers extends grpc.UntypedServiceImplementation {
  ListPublicDatasets: grpc.handleUnaryCall<_softpost_v1_ListPublicDatasetsRequest__Output, _softpost_v1_ListPublicDatasetsResponse>;
  
}

export interface PublicDataServiceDefinition extends grpc.ServiceDefinition {
  ListPublicDatasets: MethodDefinition<_softpost_v1_ListPublicDatasetsRequest, _softpost_v1_ListPublicDatasetsResponse, _softpost_v1_ListPublicDatasetsRequest__Output, _softpost_v1_ListPublicDatasetsResponse__Output>
}
