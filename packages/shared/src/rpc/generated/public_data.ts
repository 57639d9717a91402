import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { ListPublicDatasetsRequest as _softpost_v1_ListPublicDatasetsRequest, ListPublicDatasetsRequest__Output as _softpost_v1_ListPublicDatasetsRequest__Output } from './softpost/v1/ListPublicDatasetsRequest.ts';
import type { ListPublicDatasetsResponse as _softpost_v1_ListPublicDatasetsResponse, ListPublicDatasetsResponse__Output as _softpost_v1_ListPublicDatasetsResponse__Output } from './softpost/v1/ListPublicDatasetsResponse.ts';
import type { PublicDataServiceClient as _softpost_v1_PublicDataServiceClient, PublicDataServiceDefinition as _softpost_v1_PublicDataServiceDefinition } from './softpost/v1/PublicDataService.ts';
import type { PublicDataset as _softpost_v1_PublicDataset, PublicDataset__Output as _softpost_v1_PublicDataset__Output } from './softpost/v1/PublicDataset.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  softpost: {
    v1: {
      ListPublicDatasetsRequest: MessageTypeDefinition<_softpost_v1_ListPublicDatasetsRequest, _softpost_v1_ListPublicDatasetsRequest__Output>
      ListPublicDatasetsResponse: MessageTypeDefinition<_softpost_v1_ListPublicDatasetsResponse, _softpost_v1_ListPublicDatasetsResponse__Output>
      PublicDataService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_PublicDataServiceClient> & { service: _softpost_v1_PublicDataServiceDefinition }
      PublicDataset: MessageTypeDefinition<_softpost_v1_PublicDataset, _softpost_v1_PublicDataset__Output>
    }
  }
}

