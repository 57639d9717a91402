// Original file: ../../proto/softpost/v1/prompts.proto


export interface GetPromptRequest {
  'promptId'?: (string);
}

export interface GetPromptRequest__Output {
  'promptId': (string);
}
