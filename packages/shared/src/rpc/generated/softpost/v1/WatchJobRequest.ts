// Original file: ../../proto/softpost/v1/jobs.proto

import type { Long } from '@grpc/proto-loader';

export interface WatchJobRequest {
  'jobId'?: (string);
  'afterEvent'?: (number | string | Long);
}

export interface WatchJobRequest__Output {
  'jobId': (string);
  'afterEvent': (number);
}
