// Original file: ../../proto/softpost/v1/inference.proto

import type { FinishReason as _softpost_v1_FinishReason, FinishReason__Output as _softpost_v1_FinishReason__Output } from '../../softpost/v1/FinishReason.ts';
import type { Usage as _softpost_v1_Usage, Usage__Output as _softpost_v1_Usage__Output } from '../../softpost/v1/Usage.ts';

export interface GenerateResponse {
  'text'?: (string);
  'finishReason'?: (_softpost_v1_FinishReason);
  'usage'?: (_softpost_v1_Usage | null);
}

export interface GenerateResponse__Output {
  'text': (string);
  'finishReason': (_softpost_v1_FinishReason__Output);
  'usage': (_softpost_v1_Usage__Output | null);
}
