// Original file: ../../proto/softpost/v1/public_data.proto

import type { Long } from '@grpc/proto-loader';

export interface PublicDataset {
  'datasetId'?: (string);
  'records'?: (number | string | Long);
  'labels'?: (string)[];
  'licence'?: (string);
  'digest'?: (string);
}

export interface PublicDataset__Output {
  'datasetId': (string);
  'records': (number);
  'labels': (string)[];
  'licence': (string);
  'digest': (string);
}
