// Original file: ../../proto/softpost/v1/admin.proto


export interface CreateEvaluationRequest {
  'idempotencyKey'?: (string);
  'teacherId'?: (string);
  'promptId'?: (string);
  'datasetId'?: (string);
}

export interface CreateEvaluationRequest__Output {
  'idempotencyKey': (string);
  'teacherId': (string);
  'promptId': (string);
  'datasetId': (string);
}
