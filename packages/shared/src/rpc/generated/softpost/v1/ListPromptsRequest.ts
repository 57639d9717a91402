// Original file: ../../proto/softpost/v1/prompts.proto


export interface ListPromptsRequest {
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListPromptsRequest__Output {
  'pageSize': (number);
  'pageToken': (string);
}
