// Original file: ../../proto/softpost/v1/admin.proto


export interface PublishStudentRequest {
  'idempotencyKey'?: (string);
  'jobId'?: (string);
  'validDays'?: (number);
}

export interface PublishStudentRequest__Output {
  'idempotencyKey': (string);
  'jobId': (string);
  'validDays': (number);
}
