// Original file: ../../proto/softpost/v1/artifact.proto

import type { Long } from '@grpc/proto-loader';

export interface FileEntry {
  'name'?: (string);
  'sizeBytes'?: (number | string | Long);
  'digest'?: (string);
}

export interface FileEntry__Output {
  'name': (string);
  'sizeBytes': (number);
  'digest': (string);
}
