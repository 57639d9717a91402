import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Classification as _softpost_v1_Classification, Classification__Output as _softpost_v1_Classification__Output } from './softpost/v1/Classification.ts';
import type { ClassifyRequest as _softpost_v1_ClassifyRequest, ClassifyRequest__Output as _softpost_v1_ClassifyRequest__Output } from './softpost/v1/ClassifyRequest.ts';
import type { ClassifyResponse as _softpost_v1_ClassifyResponse, ClassifyResponse__Output as _softpost_v1_ClassifyResponse__Output } from './softpost/v1/ClassifyResponse.ts';
import type { GenerateRequest as _softpost_v1_GenerateRequest, GenerateRequest__Output as _softpost_v1_GenerateRequest__Output } from './softpost/v1/GenerateRequest.ts';
import type { GenerateResponse as _softpost_v1_GenerateResponse, GenerateResponse__Output as _softpost_v1_GenerateResponse__Output } from './softpost/v1/GenerateResponse.ts';
import type { InferenceServiceClient as _softpost_v1_InferenceServiceClient, InferenceServiceDefinition as _softpost_v1_InferenceServiceDefinition } from './softpost/v1/InferenceService.ts';
import type { LabelScore as _softpost_v1_LabelScore, LabelScore__Output as _softpost_v1_LabelScore__Output } from './softpost/v1/LabelScore.ts';
import type { Usage as _softpost_v1_Usage, Usage__Output as _softpost_v1_Usage__Output } from './softpost/v1/Usage.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  softpost: {
    v1: {
      Classification: MessageTypeDefinition<_softpost_v1_Classification, _softpost_v1_Classification__Output>
      ClassifyRequest: MessageTypeDefinition<_softpost_v1_ClassifyRequest, _softpost_v1_ClassifyRequest__Output>
      ClassifyResponse: MessageTypeDefinition<_softpost_v1_ClassifyResponse, _softpost_v1_ClassifyResponse__Output>
      FinishReason: EnumTypeDefinition
      GenerateRequest: MessageTypeDefinition<_softpost_v1_GenerateRequest, _softpost_v1_GenerateRequest__Output>
      GenerateResponse: MessageTypeDefinition<_softpost_v1_GenerateResponse, _softpost_v1_GenerateResponse__Output>
      InferenceService: SubtypeConstructor<typeof grpc.Client, _softpost_v1_InferenceServiceClient> & { service: _softpost_v1_InferenceServiceDefinition }
      LabelScore: MessageTypeDefinition<_softpost_v1_LabelScore, _softpost_v1_LabelScore__Output>
      Usage: MessageTypeDefinition<_softpost_v1_Usage, _softpost_v1_Usage__Output>
    }
  }
}

