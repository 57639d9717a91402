// Original file: ../../proto/softpost/v1/jobs.proto


export interface JobError {
  'code'?: (string);
  'message'?: (string);
  'remedy'?: (string);
}

export interface JobError__Output {
  'code': (string);
  'message': (string);
  'remedy': (string);
}
