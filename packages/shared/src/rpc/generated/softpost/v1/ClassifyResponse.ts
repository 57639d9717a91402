// Original file: ../../proto/softpost/v1/inference.proto

import type { Classification as _softpost_v1_Classification, Classification__Output as _softpost_v1_Classification__Output } from '../../softpost/v1/Classification.ts';
import type { Usage as _softpost_v1_Usage, Usage__Output as _softpost_v1_Usage__Output } from '../../softpost/v1/Usage.ts';

export interface ClassifyResponse {
  'classifications'?: (_softpost_v1_Classification)[];
  'usage'?: (_softpost_v1_Usage | null);
}

export interface ClassifyResponse__Output {
  'classifications': (_softpost_v1_Classification__Output)[];
  'usage': (_softpost_v1_Usage__Output | null);
}
