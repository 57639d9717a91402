// Original file: ../../proto/softpost/v1/artifact.proto

import type { Long } from '@grpc/proto-loader';

export interface FileChunk {
  'offset'?: (number | string | Long);
  'content'?: (Buffer | Uint8Array | string);
}

export interface FileChunk__Output {
  'offset': (number);
  'content': (Buffer);
}
