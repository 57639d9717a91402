// Original file: ../../proto/softpost/v1/students.proto


export interface ListStudentsRequest {
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListStudentsRequest__Output {
  'pageSize': (number);
  'pageToken': (string);
}
