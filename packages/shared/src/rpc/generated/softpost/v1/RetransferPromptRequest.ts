// Original file: ../../proto/softpost/v1/prompts.proto


export interface RetransferPromptRequest {
  'idempotencyKey'?: (string);
  'promptId'?: (string);
  'teacherId'?: (string);
}

export interface RetransferPromptRequest__Output {
  'idempotencyKey': (string);
  'promptId': (string);
  'teacherId': (string);
}
