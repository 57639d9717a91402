// Original file: ../../proto/softpost/v1/students.proto


export interface GetStudentRequest {
  'studentId'?: (string);
  'version'?: (number);
}

export interface GetStudentRequest__Output {
  'studentId': (string);
  'version': (number);
}
