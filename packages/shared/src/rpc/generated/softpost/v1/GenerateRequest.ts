// Original file: ../../proto/softpost/v1/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface GenerateRequest {
  'promptId'?: (string);
  'text'?: (string);
  'maxTokens'?: (number);
  'temperature'?: (number | string);
  'topP'?: (number | string);
  'stop'?: (string)[];
  'seed'?: (number | string | Long);
  '_seed'?: "seed";
}

export interface GenerateRequest__Output {
  'promptId': (string);
  'text': (string);
  'maxTokens': (number);
  'temperature': (number);
  'topP': (number);
  'stop': (string)[];
  'seed'?: (number);
  '_seed'?: "seed";
}
