// Original file: ../../proto/softpost/v1/students.proto

import type { Long } from '@grpc/proto-loader';

export interface LogInclusion {
  'leafIndex'?: (number | string | Long);
  'path'?: (Buffer | Uint8Array | string)[];
  'signedHead'?: (string);
}

export interface LogInclusion__Output {
  'leafIndex': (number);
  'path': (Buffer)[];
  'signedHead': (string);
}
