// Original file: ../../proto/softpost/v1/inference.proto


export interface ClassifyRequest {
  'promptId'?: (string);
  'texts'?: (string)[];
}

export interface ClassifyRequest__Output {
  'promptId': (string);
  'texts': (string)[];
}
