// Original file: ../../proto/softpost/v1/students.proto

import type { Student as _softpost_v1_Student, Student__Output as _softpost_v1_Student__Output } from '../../softpost/v1/Student.ts';

export interface ListStudentsResponse {
  'students'?: (_softpost_v1_Student)[];
  'nextPageToken'?: (string);
}

export interface ListStudentsResponse__Output {
  'students': (_softpost_v1_Student__Output)[];
  'nextPageToken': (string);
}
