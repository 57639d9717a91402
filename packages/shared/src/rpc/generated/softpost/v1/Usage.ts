// Original file: ../../proto/softpost/v1/inference.proto


export interface Usage {
  'inputTokens'?: (number);
  'outputTokens'?: (number);
  'virtualTokens'?: (number);
}

export interface Usage__Output {
  'inputTokens': (number);
  'outputTokens': (number);
  'virtualTokens': (number);
}
