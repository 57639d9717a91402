// Original file: ../../proto/softpost/v1/prompts.proto


export interface DeletePromptRequest {
  'promptId'?: (string);
}

export interface DeletePromptRequest__Output {
  'promptId': (string);
}
