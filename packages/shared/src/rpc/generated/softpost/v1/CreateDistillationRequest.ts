// Original file: ../../proto/softpost/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface CreateDistillationRequest {
  'idempotencyKey'?: (string);
  'teacherId'?: (string);
  'datasetId'?: (string);
  'layers'?: (number)[];
  'steps'?: (number);
  'seed'?: (number | string | Long);
  'studentId'?: (string);
}

export interface CreateDistillationRequest__Output {
  'idempotencyKey': (string);
  'teacherId': (string);
  'datasetId': (string);
  'layers': (number)[];
  'steps': (number);
  'seed': (number);
  'studentId': (string);
}
