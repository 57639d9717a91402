// Original file: ../../proto/softpost/v1/transfers.proto

import type { Comparison as _softpost_v1_Comparison, Comparison__Output as _softpost_v1_Comparison__Output } from '../../softpost/v1/Comparison.ts';
import type { Long } from '@grpc/proto-loader';

export interface TransferOptions {
  'datasetId'?: (string);
  'alpha'?: (number | string);
  'comparison'?: (_softpost_v1_Comparison);
  'steps'?: (number);
  'seed'?: (number | string | Long);
  '_alpha'?: "alpha";
}

export interface TransferOptions__Output {
  'datasetId': (string);
  'alpha'?: (number);
  'comparison': (_softpost_v1_Comparison__Output);
  'steps': (number);
  'seed': (number);
  '_alpha'?: "alpha";
}
