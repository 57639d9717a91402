// Original file: ../../proto/softpost/v1/prompts.proto


export interface Prompt {
  'promptId'?: (string);
  'teacherId'?: (string);
  'taskName'?: (string);
  'verdict'?: (string);
  'createTime'?: (string);
}

export interface Prompt__Output {
  'promptId': (string);
  'teacherId': (string);
  'taskName': (string);
  'verdict': (string);
  'createTime': (string);
}
