// Original file: ../../proto/softpost/v1/students.proto

import type { Long } from '@grpc/proto-loader';

export interface GetLogConsistencyRequest {
  'fromSize'?: (number | string | Long);
}

export interface GetLogConsistencyRequest__Output {
  'fromSize': (number);
}
