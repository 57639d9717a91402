// Original file: ../../proto/softpost/v1/students.proto

import type { Long } from '@grpc/proto-loader';

export interface DownloadStudentRequest {
  'studentId'?: (string);
  'version'?: (number);
  'fileName'?: (string);
  'offset'?: (number | string | Long);
}

export interface DownloadStudentRequest__Output {
  'studentId': (string);
  'version': (number);
  'fileName': (string);
  'offset': (number);
}
