// Original file: ../../proto/softpost/v1/students.proto

import type { Long } from '@grpc/proto-loader';

export interface Student {
  'studentId'?: (string);
  'version'?: (number);
  'teacherId'?: (string);
  'parameterCount'?: (number | string | Long);
  'sizeBytes'?: (number | string | Long);
}

export interface Student__Output {
  'studentId': (string);
  'version': (number);
  'teacherId': (string);
  'parameterCount': (number);
  'sizeBytes': (number);
}
